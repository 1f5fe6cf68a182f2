package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/currant-bot/currant/updater/platform/github/app"
	"github.com/currant-bot/currant/updater/platform/githubtest"
)

// hub is the GitHub of a script; it starts with its first repository.
type hub struct {
	*githubtest.Server
	token     string
	installed map[string]int64 // the app's installations, by owner
}

// of returns the script's GitHub.
func of(ts *testscript.TestScript) *hub {
	h := ts.Value("github").(*hub)
	if h.Server != nil {
		return h
	}
	s, err := githubtest.New(githubtest.Options{})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	h.Server, h.token = s, s.Token(githubtest.Grant{})
	ts.Setenv("CURRANT_ENDPOINT", s.APIURL())
	ts.Setenv("CURRANT_TOKEN", h.token)
	ts.Setenv("HUBHOST", s.Host())
	return h
}

// repo NAME DIR makes a repository of a folder.
func repo(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(of(ts).CreateRepo(args[0], tree(ts, args[1])))
}

// topics NAME TOPIC... gives a repository topics.
func topics(ts *testscript.TestScript, neg bool, args []string) {
	of(ts).SetTopics(args[0], args[1:]...)
}

func tree(ts *testscript.TestScript, dir string) map[string]string {
	files := make(map[string]string)
	root := ts.MkAbs(dir)
	ts.Check(filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	}))
	return files
}

// push NAME BRANCH DIR commits the files of a folder as Ann.
func push(ts *testscript.TestScript, neg bool, args []string) {
	_, err := of(ts).CommitAs("ann", args[0], args[1], tree(ts, args[2]), "by hand")
	ts.Check(err)
}

// tag NAME TAG [REV] tags a commit, of the default branch if none is named.
func tag(ts *testscript.TestScript, neg bool, args []string) {
	rev := "main"
	if len(args) > 2 {
		rev = args[2]
	}
	ts.Check(of(ts).Tag(args[0], args[1], rev))
}

// untag NAME TAG takes a tag away.
func untag(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Exec("git", "--git-dir", of(ts).GitDir(args[0]), "tag", "-d", args[1]))
}

// check NAME BRANCH CHECK CONCLUSION reports a check.
func check(ts *testscript.TestScript, neg bool, args []string) {
	h := of(ts)
	ts.Check(h.SetCheck(args[0], h.Head(args[0], args[1]), args[2], args[3]))
}

// installApp OWNER... makes a GitHub App, installs it in organisations, and logs in as it instead of with a token.
func installApp(ts *testscript.TestScript, neg bool, args []string) {
	h := of(ts)
	made, err := h.CreateApp("currant", app.Permissions())
	ts.Check(err)
	h.installed = make(map[string]int64)
	for _, owner := range args {
		h.installed[owner] = h.Install(made.ID, owner)
	}
	file := ts.MkAbs("app.pem")
	ts.Check(os.WriteFile(file, made.Key, 0o600))
	ts.Setenv("CURRANT_TOKEN", "")
	ts.Setenv("CURRANT_GITHUB_APP_ID", strconv.FormatInt(made.ID, 10))
	ts.Setenv("CURRANT_GITHUB_APP_KEY_FILE", file)
}

// suspend OWNER suspends the GitHub App in an organisation.
func suspend(ts *testscript.TestScript, neg bool, args []string) {
	h := of(ts)
	h.Suspend(h.installed[args[0]])
}

// closePull NAME NUMBER closes a pull request as Ann.
func closePull(ts *testscript.TestScript, neg bool, args []string) {
	h := of(ts)
	req, err := http.NewRequest(http.MethodPatch, h.APIURL()+"repos/"+args[0]+"/pulls/"+args[1], strings.NewReader(`{"state":"closed"}`))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+h.Token(githubtest.Grant{Login: "ann"}))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("closing #%s: %s", args[1], resp.Status)
	}
}

// proposed NAME BRANCH DIR TITLE leaves a pull request with the files of a folder, as another bot does. Without TITLE it leaves just the branch.
func proposed(ts *testscript.TestScript, neg bool, args []string) {
	h := of(ts)
	ts.Check(h.Branch(args[0], args[1], "main"))
	message := "Update something"
	if len(args) > 3 {
		message = args[3] // as that bot does it
	}
	_, err := h.CommitAs("renovate[bot]", args[0], args[1], tree(ts, args[2]), message)
	ts.Check(err)
	if len(args) < 4 {
		return
	}
	text, err := json.Marshal(map[string]string{"head": args[1], "base": "main", "title": args[3], "body": "This PR contains the following updates:\n\n<!--renovate-debug:eyJjcmVhdGVkSW5WZXIiOiI0NCJ9-->\n"})
	ts.Check(err)
	req, err := http.NewRequest(http.MethodPost, h.APIURL()+"repos/"+args[0]+"/pulls", bytes.NewReader(text))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+h.Token(githubtest.Grant{Login: "renovate[bot]"}))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		ts.Fatalf("opening a pull request from %s: %s", args[1], resp.Status)
	}
}

// issue NAME NUMBER TITLE TEXT... checks an issue.
func issue(ts *testscript.TestScript, neg bool, args []string) {
	all, err := of(ts).Issues(args[0])
	ts.Check(err)
	for _, x := range all {
		if strconv.Itoa(x.Number) != args[1] {
			continue
		}
		for _, text := range args[3:] {
			if x.Title != args[2] || !strings.Contains(x.Body, text) {
				ts.Fatalf("#%s is %q, without %q:\n%s", args[1], x.Title, text, x.Body)
			}
		}
		return
	}
	ts.Fatalf("there is no issue #%s of %s", args[1], args[0])
}

// pullIs NAME NUMBER STATE checks a pull request: "open", "draft", "closed" or "merged".
func pullIs(ts *testscript.TestScript, neg bool, args []string) {
	all, err := of(ts).Pulls(args[0])
	ts.Check(err)
	for _, p := range all {
		if strconv.Itoa(p.Number) != args[1] {
			continue
		}
		state := p.State
		if p.Draft && state == "open" {
			state = "draft"
		}
		if state != args[2] {
			ts.Fatalf("#%s of %s is %s", args[1], args[0], state)
		}
		return
	}
	ts.Fatalf("there is no pull request #%s of %s", args[1], args[0])
}

// statusIs NAME BRANCH CONTEXT STATE checks a status of a branch's head.
func statusIs(ts *testscript.TestScript, neg bool, args []string) {
	h := of(ts)
	req, err := http.NewRequest(http.MethodGet, h.APIURL()+"repos/"+args[0]+"/commits/"+h.Head(args[0], args[1])+"/status", nil)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+h.token)
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	var got struct {
		Statuses []struct{ Context, State string }
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(&got))
	for _, s := range got.Statuses {
		if s.Context == args[2] && s.State == args[3] {
			return
		}
	}
	ts.Fatalf("the statuses of %s are %+v", args[1], got.Statuses)
}

// fileHas NAME REV PATH TEXT checks a file.
func fileHas(ts *testscript.TestScript, neg bool, args []string) {
	text, err := of(ts).ReadFile(args[0], args[1], args[2])
	ts.Check(err)
	if !strings.Contains(text, args[3]) {
		ts.Fatalf("%s of %s is %q", args[2], args[0], text)
	}
}
