package plan

import (
	"strings"

	"github.com/currant-bot/currant/config"
)

// shortcodes are the emojis that Currant writes, by the names that code hosts show as pictures.
var shortcodes = strings.NewReplacer(
	"📅", ":date:", "🚦", ":vertical_traffic_light:", "♻", ":recycle:", "👻", ":ghost:", "🔕", ":no_bell:", "⚠️", ":warning:", "🔐", ":closed_lock_with_key:",
)

// emojis returns a text with the emojis that Currant writes as unicodeEmoji wants them.
func emojis(s config.Settings, text string) string {
	if s.Value("unicodeEmoji") != false {
		return text
	}
	return shortcodes.Replace(text)
}
