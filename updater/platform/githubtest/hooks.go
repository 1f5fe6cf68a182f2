package githubtest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A Delivery is a message of a webhook, as GitHub posts it: once, and again only when a person asks for that.
type Delivery struct {
	GUID   string
	Event  string // "push"
	Action string // "" for events without
	Repo   string // "owner/name"; "" if it is about none
	Header http.Header
	Body   []byte
}

// Post sends a delivery and returns the status of the answer. It may be sent more than once, late, and after ones that happened
// later.
func (d Delivery) Post(ctx context.Context, client *http.Client, url string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Body))
	if err != nil {
		return 0, err
	}
	req.Header = d.Header.Clone()
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// A hook is told what happens.
type hook struct {
	secret string
	f      func(Delivery)
}

// OnDelivery calls f with each delivery from now on, signed with secret, in the order of what happened and before the request that
// caused it is answered. f may call the server.
func (s *Server) OnDelivery(secret string, f func(Delivery)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, hook{secret, f})
}

// A happening is what hooks will be told of.
type happening struct {
	repo   *repo
	event  string
	action string
	by     *account
	fill   func(body object) error // adds what the event has of its own
}

// happen notes what has happened to a repository. It is told once the state that it leads to is complete.
func (s *Server) happen(r *repo, event, action string, by *account, fill func(object) error) {
	if len(s.hooks) > 0 {
		s.happened = append(s.happened, happening{r, event, action, by, fill})
	}
}

// discussed notes what has happened to an issue or pull request.
func (s *Server) discussed(r *repo, action string, i *issue, by *account) {
	if i.pull == nil {
		s.happen(r, "issues", action, by, func(body object) error {
			body["issue"] = s.issueJSON(r, i, "issue")
			return nil
		})
		return
	}
	s.happen(r, "pull_request", action, by, func(body object) (err error) {
		body["number"] = i.number
		body["pull_request"], err = s.fullPullJSON(r, i, false)
		return err
	})
}

// reviewed notes a review of a pull request.
func (s *Server) reviewed(r *repo, i *issue, v *review) {
	s.happen(r, "pull_request_review", "submitted", v.user, func(body object) error {
		body["pull_request"] = s.pullJSON(r, i)
		body["review"] = object{"id": v.id, "user": s.userJSON(v.user), "state": strings.ToLower(v.state), "body": orNull(v.body), "commit_id": v.sha, "submitted_at": stamp(v.at)}
		return nil
	})
}

// checked notes a check run, and its suite if that is complete now. As sender GitHub names whoever pushed the commit: here always the
// bot.
func (s *Server) checked(r *repo, x *run) {
	action := "created"
	if x.status == "completed" {
		action = "completed"
	}
	as := &call{s: s, repo: r}
	from := object{"slug": strings.TrimSuffix(x.app.login, "[bot]"), "name": x.app.login}
	by := s.account(s.opts.Bot, "Bot")
	s.happen(r, "check_run", action, by, func(body object) error {
		run := as.runJSON(x)
		run["app"] = from
		body["check_run"] = run
		return nil
	})
	var suite []*run // of each name the newest
	for _, o := range slices.Backward(r.runs) {
		if o.suite == x.suite && !slices.ContainsFunc(suite, func(has *run) bool { return has.name == o.name }) {
			suite = append(suite, o)
		}
	}
	if slices.ContainsFunc(suite, func(o *run) bool { return o.status != "completed" }) {
		return
	}
	s.happen(r, "check_suite", "completed", by, func(body object) error {
		cm, err := r.git.commit(x.sha)
		if err != nil {
			return err
		}
		of := as.suiteJSON(x.suite, cm, suite)
		of["app"] = from
		body["check_suite"] = of
		return nil
	})
}

// reported notes a commit status.
func (s *Server) reported(r *repo, st *status) {
	s.happen(r, "status", "", st.creator, func(body object) error {
		body["id"], body["sha"], body["name"], body["context"], body["state"] = st.id, st.sha, r.fullName(), st.context, st.state
		body["description"], body["target_url"], body["branches"] = orNull(st.description), orNull(st.target), []object{}
		return nil
	})
}

// referred notes that a reference changed.
func (s *Server) referred(r *repo, p Push, by *account) {
	const none = "0000000000000000000000000000000000000000"
	s.happen(r, "push", "", by, func(body object) error {
		before, after := cmp.Or(p.Before, none), cmp.Or(p.After, none)
		body["ref"], body["before"], body["after"] = p.Ref, before, after
		body["created"], body["deleted"], body["forced"] = p.Before == "", p.After == "", false
		body["base_ref"], body["commits"], body["head_commit"] = nil, []object{}, nil
		body["compare"] = fmt.Sprintf("%s/%s/compare/%.12s...%.12s", s.base, r.fullName(), before, after)
		body["pusher"] = object{"name": by.login, "email": s.email(by)}
		return nil
	})
}

// announce makes the deliveries of what has happened.
func (s *Server) announce() {
	list := s.happened
	s.happened = nil
	for _, h := range list {
		body := object{"sender": s.userJSON(h.by)}
		if h.action != "" {
			body["action"] = h.action
		}
		d := Delivery{Event: h.event, Action: h.action}
		if h.repo != nil {
			d.Repo = h.repo.fullName()
			body["repository"], body["organization"] = s.repoJSON(h.repo, "repository"), s.userJSON(h.repo.owner)
			for _, in := range s.installations {
				if in.has(h.repo) {
					body["installation"] = object{"id": in.id, "node_id": node("IN", in.id)}
				}
			}
		}
		err := h.fill(body)
		if err == nil {
			d.Body, err = json.Marshal(body)
		}
		if err != nil {
			d.Body = []byte(`{"message":"githubtest: the payload of this event cannot be made"}`)
		}
		for _, to := range s.hooks {
			mine := d.signed(s.id(), to.secret)
			s.pending = append(s.pending, func() { to.f(mine) })
		}
	}
}

// signed returns d with its number and the headers that GitHub sends.
func (d Delivery) signed(id int64, secret string) Delivery {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	d.GUID = fmt.Sprintf("%08x-0000-11f0-8000-%012x", id, id)
	d.Header = http.Header{}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/f05835d", "X-GitHub-Event": d.Event, "X-GitHub-Delivery": d.GUID,
		"X-GitHub-Hook-ID": strconv.FormatInt(id, 10), "X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	} {
		d.Header.Set(name, value)
	}
	return d
}

// installed notes a new installation of an app.
func (s *Server) installed(in *installation) {
	s.happen(nil, "installation", "created", in.account, func(body object) error {
		list := []object{}
		for _, r := range s.repos {
			if in.has(r) {
				list = append(list, object{"id": r.id, "node_id": node("R", r.id), "name": r.name, "full_name": r.fullName(), "private": r.private})
			}
		}
		body["installation"], body["repositories"] = s.installationJSON(in), list
		return nil
	})
}
