package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/platform/github/app"
)

// A GitHub is the platform, and who logs in there.
type GitHub struct {
	URL    string // of the REST interface
	Web    string // for people, without a slash
	App    *app.App
	Token  string // of a person, without App
	Client *http.Client
	Now    func() time.Time

	HookSecret bool // events that come here can be believed
}

// Checks returns what there is to look at.
func (g GitHub) Checks() []Check {
	switch {
	case g.App != nil:
		return []Check{
			{"GitHub", "App", g.app}, {"GitHub", "webhook", g.hook}, {"GitHub", "installations", g.installations},
			{"GitHub", "clock", g.clock},
		}
	case g.Token != "":
		return []Check{{"GitHub", "token", g.person}, {"GitHub", "clock", g.clock}}
	}
	return []Check{One("GitHub", "login", func(context.Context) (State, string, string) {
		return Problem, "neither a GitHub App nor a token is configured",
			"make an App with \"currant github setup\" and set CURRANT_GITHUB_APP_ID and CURRANT_GITHUB_APP_KEY_FILE, or set CURRANT_TOKEN"
	})}
}

// breaks says what does not work without a permission.
var breaks = map[string]string{
	"checks":               "checks are not seen, so nothing merges by itself",
	"contents":             "no branch can be pushed and nothing can be merged",
	"issues":               "there is no Dependency Dashboard, and pull requests get no labels",
	"members":              "teams cannot be asked for review",
	"metadata":             "no repository can be seen",
	"pull_requests":        "no pull request can be opened or merged",
	"statuses":             "commit statuses are not seen, so nothing merges by itself, and none is set",
	"vulnerability_alerts": "GitHub's vulnerability alerts lead to no pull requests",
	"workflows":            "changes of .github/workflows are not pushed, so actions stay as they are",
}

// lacks has a finding for each permission that is missing.
func lacks(who string, missing []string, do string) []Finding {
	var out []Finding
	for _, m := range missing {
		permission, _, _ := strings.Cut(m, ":")
		state := Warning
		if slices.Contains([]string{"contents", "metadata", "pull_requests"}, permission) {
			state = Problem
		}
		out = append(out, Finding{Name: "permission " + permission, State: state, Text: fmt.Sprintf("%s has not %q: %s", who, m, breaks[permission]), Do: do})
	}
	return out
}

func (g GitHub) app(ctx context.Context) []Finding {
	self, err := g.App.Self(ctx)
	if err != nil {
		return []Finding{g.trouble(err)}
	}
	out := []Finding{{State: OK, Text: fmt.Sprintf("%s (%d), it acts as %s[bot]", cmp.Or(self.Name, self.Slug), self.ID, self.Slug)}}
	settings := g.settings(self)
	out = append(out, lacks("the App", app.Missing(self.Permissions), "set it at "+settings+"/permissions; each organisation must then accept it")...)
	var more []string
	for name, level := range self.Permissions {
		want := app.Permissions()[name]
		if want == "" || want == "read" && level != "read" {
			more = append(more, name+": "+level)
		}
	}
	if slices.Sort(more); len(more) > 0 {
		out = append(out, Finding{State: Warning, Text: "the App has more than Currant needs: " + strings.Join(more, ", ") + "; no token is asked for with it", Do: "take it away at " + settings + "/permissions"})
	}
	return out
}

// settings is where people change the App.
func (g GitHub) settings(self app.Self) string {
	page := "/settings/apps/" + url.PathEscape(self.Slug)
	if self.Owner.Type == "Organization" {
		page = "/organizations/" + url.PathEscape(self.Owner.Login) + page
	}
	return g.Web + page
}

func (g GitHub) hook(ctx context.Context) []Finding {
	self, err := g.App.Self(ctx)
	if err != nil {
		return nil // which the check of the App says
	}
	at := g.settings(self)
	h, err := g.App.Hook(ctx)
	switch {
	case err != nil:
		return []Finding{g.trouble(err)}
	case h.URL == "":
		return []Finding{{State: OK, Text: "none: changes are seen at the next pass"}}
	}
	out := []Finding{{State: OK, Text: "events go to " + h.URL}}
	if h.Insecure {
		out = append(out, Finding{State: Warning, Text: "GitHub does not look at the certificate of " + h.URL, Do: "switch SSL verification on at " + at})
	}
	if !h.Secret {
		out = append(out, Finding{State: Problem, Text: "events are not signed, so none is believed", Do: "set a webhook secret at " + at + ", and the same one for Currant"})
	}
	if !g.HookSecret {
		out = append(out, Finding{State: Warning, Text: "the secret of events is not known here", Do: "set CURRANT_WEBHOOK_SECRET where \"currant webhook\" runs"})
	}
	if missing := slices.DeleteFunc(app.Events(), func(e string) bool { return slices.Contains(self.Events, e) }); len(missing) > 0 {
		out = append(out, Finding{State: Warning, Text: "the App does not hear of " + strings.Join(missing, ", "), Do: "subscribe to them at " + at + "/permissions"})
	}
	return append(out, g.deliveries(ctx, at)...)
}

// deliveries looks at the last events that GitHub sent; where that is not to be had, at nothing.
func (g GitHub) deliveries(ctx context.Context, at string) []Finding {
	list, err := g.App.Deliveries(ctx)
	if err != nil || len(list) == 0 {
		return nil
	}
	bad := slices.DeleteFunc(slices.Clone(list), func(d app.Delivery) bool { return d.Code >= 200 && d.Code < 300 })
	if len(bad) == 0 {
		return []Finding{{Name: "deliveries", State: OK, Text: fmt.Sprintf("the last %d events were taken", len(list))}}
	}
	state := Warning
	if len(bad) == len(list) {
		state = Problem
	}
	last := bad[0]
	return []Finding{{
		Name: "deliveries", State: state,
		Text: fmt.Sprintf("%d of the last %d events were not taken; %s at %s: %s", len(bad), len(list), last.Event, last.At.UTC().Format("2006-01-02 15:04 UTC"), cmp.Or(last.Status, strconv.Itoa(last.Code))),
		Do:   "see what GitHub got for an answer at " + at + "/advanced",
	}}
}

func (g GitHub) installations(ctx context.Context) []Finding {
	all, err := g.App.Installations(ctx)
	switch {
	case err != nil:
		return []Finding{g.trouble(err)}
	case len(all) == 0:
		return []Finding{{State: Problem, Text: "the App is installed nowhere", Do: "an owner of an organisation installs it from the App's page"}}
	}
	var out []Finding
	for i, list := range each(all, func(in app.Installation) []Finding { return g.installation(ctx, in) }) {
		for _, f := range list {
			f.Name = strings.TrimSpace("installation " + all[i].Owner + strings.TrimPrefix(f.Name, "permission"))
			out = append(out, f)
		}
	}
	return out
}

func (g GitHub) installation(ctx context.Context, in app.Installation) []Finding {
	if in.Suspended {
		return []Finding{{State: Warning, Text: "it is suspended, so its repositories are left alone", Do: "an owner unsuspends it at " + in.URL}}
	}
	out := lacks(in.Owner, in.Missing(), "an owner accepts it at "+in.URL)
	token, err := g.App.ReadToken(ctx, in.Owner+"/")
	if err != nil {
		return append(out, g.trouble(err))
	}
	var seen struct {
		Total int `json:"total_count"`
	}
	if _, err := g.get(ctx, "installation/repositories?per_page=1", token, &seen); err != nil {
		return append(out, g.trouble(err))
	}
	which := "all"
	if in.Selected {
		which = "selected"
	}
	first := Finding{State: OK, Text: fmt.Sprintf("%s repositories, %d are seen", which, seen.Total)}
	if seen.Total == 0 {
		first = Finding{State: Warning, Text: "no repository is seen", Do: "choose repositories at " + in.URL}
	}
	limit := g.limit(ctx, token)
	if limit.State == OK {
		first.Text += "; " + limit.Text
		return append([]Finding{first}, out...)
	}
	return append([]Finding{first, limit}, out...)
}

// limit looks how many requests a token may still make.
func (g GitHub) limit(ctx context.Context, token string) Finding {
	var answer struct {
		Resources struct {
			Core struct{ Limit, Remaining, Reset int64 }
		}
	}
	_, err := g.get(ctx, "rate_limit", token, &answer)
	core := answer.Resources.Core
	switch {
	case errors.Is(err, platform.ErrNotFound) || err == nil && core.Limit == 0:
		return Finding{State: OK, Text: "no rate limit"}
	case err != nil:
		return g.trouble(err)
	}
	text := fmt.Sprintf("%d of %d requests left this hour", core.Remaining, core.Limit)
	if core.Remaining*10 < core.Limit {
		return Finding{Name: "", State: Warning, Text: text, Do: "wait until " + time.Unix(core.Reset, 0).UTC().Format("15:04 UTC") + "; see what else uses this login"}
	}
	return Finding{State: OK, Text: text}
}

// soon is how long before its end a token is warned of.
const soon = 14 * 24 * time.Hour

func (g GitHub) person(ctx context.Context) []Finding {
	var user struct{ Login string }
	header, err := g.get(ctx, "user", g.Token, &user)
	var denied *platform.AuthError
	switch {
	case errors.As(err, &denied) && strings.HasPrefix(g.Token, "ghs_"):
		f := g.limit(ctx, g.Token)
		f.Text = "it is an App's token, given out by whoever started us; " + f.Text
		return []Finding{f}
	case err != nil:
		return []Finding{g.trouble(err)}
	}
	out := []Finding{{State: OK, Text: "it is " + user.Login + "'s"}}
	if limit := g.limit(ctx, g.Token); limit.State == OK {
		out[0].Text += "; " + limit.Text
	} else {
		out = append(out, limit)
	}
	if ends, err := time.Parse("2006-01-02 15:04:05 MST", header.Get("GitHub-Authentication-Token-Expiration")); err == nil && ends.Sub(g.Now()) < soon {
		out = append(out, Finding{State: Warning, Text: "it ends on " + ends.UTC().Format("2006-01-02 15:04 UTC"), Do: "make a new one, or better a GitHub App"})
	}
	return append(out, scopes(header)...)
}

// scopes looks at the scopes of a personal token of the older kind. Of the newer kind GitHub tells nothing.
func scopes(header http.Header) []Finding {
	values, told := header["X-Oauth-Scopes"]
	if !told {
		return []Finding{{Name: "scopes", State: OK, Text: "GitHub does not tell what a token of this kind may do; a run says what it lacks"}}
	}
	var have []string
	for s := range strings.SplitSeq(strings.Join(values, ","), ",") {
		have = append(have, strings.TrimSpace(s))
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(have, n) })
	}
	var out []Finding
	if !has("repo") {
		out = append(out, Finding{Name: "scope repo", State: Problem, Text: "the token lacks it: private repositories are not seen", Do: "give the token the scope repo"})
	}
	if !has("workflow") {
		out = append(out, Finding{Name: "scope workflow", State: Warning, Text: "the token lacks it: " + breaks["workflows"], Do: "give the token the scope workflow"})
	}
	if !has("read:org", "write:org", "admin:org") {
		out = append(out, Finding{Name: "scope read:org", State: Warning, Text: "the token lacks it: " + breaks["members"], Do: "give the token the scope read:org, if teams are to review"})
	}
	return out
}

// How far this machine's clock may be off.
const (
	drift = 30 * time.Second
	wrong = 5 * time.Minute
)

func (g GitHub) clock(ctx context.Context) []Finding {
	before := g.Now()
	header, _ := g.get(ctx, "rate_limit", g.Token, nil) // even a refusal has its date
	theirs, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return nil // it was not reached, which another check says
	}
	off := before.Add(g.Now().Sub(before) / 2).Sub(theirs).Round(time.Second)
	text := fmt.Sprintf("this machine's is %s ahead of GitHub's", off)
	if off < 0 {
		text = fmt.Sprintf("this machine's is %s behind GitHub's", -off)
	}
	do := "set it by NTP: schedules, the age of releases and the App's signatures go by it"
	switch {
	case off.Abs() > wrong:
		return []Finding{{State: Problem, Text: text, Do: do}}
	case off.Abs() > drift:
		return []Finding{{State: Warning, Text: text, Do: do}}
	}
	return []Finding{{State: OK, Text: "as GitHub's"}}
}

// get asks GitHub for one thing. The header is that of any answer.
func (g GitHub) get(ctx context.Context, path, token string, into any) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(g.URL, "/")+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := g.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body) // which the client bounds
	switch {
	case err != nil:
		return resp.Header, err
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return resp.Header, &platform.AuthError{Host: req.URL.Host, Text: resp.Status}
	case resp.StatusCode == http.StatusNotFound:
		return resp.Header, platform.ErrNotFound
	case resp.StatusCode != http.StatusOK:
		return resp.Header, fmt.Errorf("%s answered %s", req.URL.Host, resp.Status)
	case into == nil:
		return resp.Header, nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return resp.Header, fmt.Errorf("what %s answered is no JSON: is the endpoint right? A GitHub Enterprise Server's ends in /api/v3/", req.URL.Host)
	}
	return resp.Header, nil
}

// trouble is the finding that an error is.
func (g GitHub) trouble(err error) Finding {
	var auth *platform.AuthError
	switch {
	case errors.As(err, &auth):
		return Finding{State: Problem, Text: auth.Host + " refused access: " + auth.Text, Do: "see that the login is right and has not been revoked"}
	case errors.Is(err, platform.ErrNotFound):
		return Finding{State: Problem, Text: "GitHub does not know that", Do: "see that the endpoint is right: a GitHub Enterprise Server's ends in /api/v3/"}
	}
	text, do := Explain(err)
	return Finding{State: Problem, Text: g.host() + ": " + text, Do: do}
}

func (g GitHub) host() string {
	u, err := url.Parse(g.URL)
	if err != nil {
		return "GitHub"
	}
	return u.Host
}
