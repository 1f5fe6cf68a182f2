package main

import "github.com/currant-bot/currant/config"

// nearOf lists the rules that would have applied but for one matcher.
func nearOf(s config.Settings) []ruleJSON {
	return []ruleJSON{}
}
