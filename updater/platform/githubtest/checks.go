package githubtest

import (
	"slices"
	"strings"
	"time"
)

// addRun adds a check run to the suite that its app has for the commit.
func (s *Server) addRun(r *repo, c *run) {
	c.suite = s.id()
	for _, o := range r.runs {
		if o.sha == c.sha && o.app == c.app {
			c.suite = o.suite
		}
	}
	r.runs = append(r.runs, c)
}

func (c *call) runJSON(x *run) object {
	at := c.repo.api(c.s, "/check-runs/%d", x.id)
	return c.s.shapes.make("check-run", at, object{
		"id": x.id, "node_id": node("CR", x.id), "head_sha": x.sha, "name": x.name, "status": x.status, "conclusion": orNull(x.conclusion),
		"html_url": c.s.base + "/" + c.repo.fullName() + "/runs/" + itoa(int(x.id)), "details_url": orNull(x.details), "external_id": x.external,
		"app":        c.s.integrationJSON(x.app),
		"started_at": stamp(x.started), "completed_at": stamp(x.completed), "check_suite": object{"id": x.suite},
		"output": object{"title": orNull(x.title), "summary": orNull(x.summary), "text": orNull(x.text), "annotations_count": 0, "annotations_url": at + "/annotations"},
	})
}

// integrationJSON renders the app behind a bot.
func (s *Server) integrationJSON(a *account) object {
	slug := strings.TrimSuffix(a.login, "[bot]")
	return object{
		"id": a.id, "slug": slug, "node_id": node("A", a.id), "owner": s.userJSON(a), "name": slug, "description": nil, "external_url": s.base, "html_url": s.base + "/apps/" + slug,
		"created_at": stamp(s.now()), "updated_at": stamp(s.now()), "permissions": object{"checks": "write"}, "events": []string{},
	}
}

func (c *call) getAppBySlug() (reply, error) {
	a := c.s.accounts[strings.ToLower(c.params["app_slug"])+"[bot]"]
	if a == nil {
		return reply{}, errNotFound
	}
	return ok(c.s.integrationJSON(a))
}

// A runChange is a request to make or change a check run.
type runChange struct {
	Name, Status, Conclusion string
	SHA                      string     `json:"head_sha"`
	Details                  string     `json:"details_url"`
	External                 string     `json:"external_id"`
	Started                  *time.Time `json:"started_at"`
	Completed                *time.Time `json:"completed_at"`
	Output                   *struct{ Title, Summary, Text string }
}

// apply changes a run; a conclusion completes it.
func (in runChange) apply(x *run, now time.Time) error {
	set := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	set(&x.name, in.Name)
	set(&x.status, in.Status)
	set(&x.conclusion, in.Conclusion)
	set(&x.details, in.Details)
	set(&x.external, in.External)
	if in.Output != nil {
		x.title, x.summary, x.text = in.Output.Title, in.Output.Summary, in.Output.Text
	}
	if in.Started != nil {
		x.started = *in.Started
	}
	if in.Conclusion != "" {
		x.status = "completed"
	}
	switch {
	case x.status == "completed" && x.conclusion == "":
		return fail(422, "Invalid request.\n\n\"conclusion\" wasn't supplied.")
	case x.status != "completed":
		x.conclusion, x.completed = "", time.Time{}
	case in.Completed != nil:
		x.completed = *in.Completed
	case x.completed.IsZero():
		x.completed = now
	}
	return nil
}

func (c *call) createRun() (reply, error) {
	var in runChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if !c.who.installation() {
		return reply{}, fail(403, "You must authenticate via a GitHub App.")
	}
	if c.repo.git.kindOf(in.SHA) != "commit" {
		return reply{}, fail(422, "No commit found for SHA: %s", in.SHA)
	}
	x := &run{id: c.s.id(), sha: in.SHA, status: "queued", started: c.s.now(), app: c.who.account}
	if err := in.apply(x, c.s.now()); err != nil {
		return reply{}, err
	}
	c.s.addRun(c.repo, x)
	c.s.checked(c.repo, x)
	return reply{status: 201, body: c.runJSON(x)}, c.s.settle(c.repo)
}

func (c *call) run() (*run, error) {
	id := int64(number(c.params["check_run_id"], 0))
	for _, x := range c.repo.runs {
		if x.id == id {
			return x, nil
		}
	}
	return nil, errNotFound
}

func (c *call) getRun() (reply, error) {
	x, err := c.run()
	if err != nil {
		return reply{}, err
	}
	return ok(c.runJSON(x))
}

func (c *call) updateRun() (reply, error) {
	x, err := c.run()
	if err != nil {
		return reply{}, err
	}
	var in runChange
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	changed := *x
	if err := in.apply(&changed, c.s.now()); err != nil {
		return reply{}, err
	}
	*x = changed
	c.s.checked(c.repo, x)
	return reply{status: 200, body: c.runJSON(x)}, c.s.settle(c.repo)
}

// runsOf returns the check runs of a commit, newest first: of each app and name the
// newest, as "filter=latest", the default, says.
func (c *call) runsOf(keep func(*run) bool) []*run {
	type reporter struct {
		app  *account
		name string
	}
	var out []*run
	seen := map[reporter]bool{}
	for _, x := range slices.Backward(c.repo.runs) {
		k := reporter{x.app, x.name}
		if !keep(x) || seen[k] && c.query("filter") != "all" {
			continue
		}
		seen[k] = true
		if n := c.query("check_name"); n != "" && n != x.name {
			continue
		}
		if st := c.query("status"); st != "" && st != x.status {
			continue
		}
		out = append(out, x)
	}
	return out
}

func (c *call) listRuns() (reply, error) {
	sha := c.repo.git.commitOf(c.params["ref"])
	if sha == "" {
		return reply{}, fail(422, "No commit found for SHA: %s", c.params["ref"])
	}
	list := c.runsOf(func(x *run) bool { return x.sha == sha })
	return ok(object{"total_count": len(list), "check_runs": each(page(c, list), c.runJSON)})
}

func (c *call) listSuiteRuns() (reply, error) {
	id := int64(number(c.params["check_suite_id"], 0))
	list := c.runsOf(func(x *run) bool { return x.suite == id })
	if len(list) == 0 {
		return reply{}, errNotFound
	}
	return ok(object{"total_count": len(list), "check_runs": each(page(c, list), c.runJSON)})
}

// listSuites groups a commit's check runs: a suite is as far as its slowest.
func (c *call) listSuites() (reply, error) {
	sha := c.repo.git.commitOf(c.params["ref"])
	if sha == "" {
		return reply{}, fail(422, "No commit found for SHA: %s", c.params["ref"])
	}
	cm, err := c.repo.git.commit(sha)
	if err != nil {
		return reply{}, err
	}
	var ids []int64
	bySuite := map[int64][]*run{}
	for _, x := range c.runsOf(func(x *run) bool { return x.sha == sha }) {
		if bySuite[x.suite] == nil {
			ids = append(ids, x.suite)
		}
		bySuite[x.suite] = append(bySuite[x.suite], x)
	}
	return ok(object{"total_count": len(ids), "check_suites": each(page(c, ids), func(id int64) object { return c.suiteJSON(id, cm, bySuite[id]) })})
}

func (c *call) suiteJSON(id int64, cm commit, runs []*run) object {
	state, conclusion := "completed", "success"
	for _, x := range runs {
		switch x.outcome() {
		case "pending":
			state = "in_progress"
		case "failure":
			conclusion = "failure"
		}
	}
	if state != "completed" {
		conclusion = ""
	}
	at := c.repo.api(c.s, "/check-suites/%d", id)
	return c.s.shapes.make("check-suite", at, object{
		"id": id, "node_id": node("CS", id), "head_sha": cm.sha, "status": state, "conclusion": orNull(conclusion), "latest_check_runs_count": len(runs),
		"check_runs_url": at + "/check-runs", "repository": c.s.repoJSON(c.repo, "minimal-repository"), "created_at": stamp(runs[0].started), "updated_at": stamp(c.s.now()),
		"head_commit": object{"id": cm.sha, "tree_id": cm.tree, "message": cm.message, "timestamp": stamp(cm.committer.Date),
			"author": object{"name": cm.author.Name, "email": cm.author.Email}, "committer": object{"name": cm.committer.Name, "email": cm.committer.Email}},
	})
}

func (c *call) statusJSON(st *status) object {
	return c.s.shapes.make("status", c.repo.api(c.s, "/statuses/%s", st.sha), object{
		"id": st.id, "node_id": node("SC", st.id), "state": st.state, "context": st.context, "description": orNull(st.description),
		"target_url": orNull(st.target), "creator": c.s.userJSON(st.creator), "created_at": stamp(st.at), "updated_at": stamp(st.at),
	})
}

func (c *call) createStatus() (reply, error) {
	var in struct {
		State, Context, Description string
		Target                      string `json:"target_url"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	sha := c.params["sha"]
	if c.repo.git.kindOf(sha) != "commit" {
		return reply{}, fail(422, "No commit found for SHA: %s", sha)
	}
	if !slices.Contains([]string{"error", "failure", "pending", "success"}, in.State) {
		return reply{}, invalid("Status", "state", "invalid", "")
	}
	if in.Context == "" {
		in.Context = "default"
	}
	st := &status{id: c.s.id(), sha: sha, context: in.Context, state: in.State, description: in.Description, target: in.Target, creator: c.who.account, at: c.s.now()}
	c.repo.statuses = append(c.repo.statuses, st)
	c.s.reported(c.repo, st)
	return reply{status: 201, body: c.statusJSON(st)}, c.s.settle(c.repo)
}

// statusesOf returns the statuses of a commit, newest first.
func (c *call) statusesOf() (sha string, list []*status, err error) {
	sha = c.repo.git.commitOf(c.params["ref"])
	if sha == "" {
		return "", nil, fail(404, "Not Found")
	}
	for _, st := range slices.Backward(c.repo.statuses) {
		if st.sha == sha {
			list = append(list, st)
		}
	}
	return sha, list, nil
}

func (c *call) listStatuses() (reply, error) {
	_, list, err := c.statusesOf()
	if err != nil {
		return reply{}, err
	}
	return ok(each(page(c, list), c.statusJSON))
}

// combinedStatus sums up the newest status of each context. Without any it is
// pending.
func (c *call) combinedStatus() (reply, error) {
	sha, list, err := c.statusesOf()
	if err != nil {
		return reply{}, err
	}
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(st *status) bool {
		was := seen[st.context]
		seen[st.context] = true
		return was
	})
	state := "success"
	if len(list) == 0 {
		state = "pending"
	}
	for _, st := range list {
		switch {
		case st.state == "error" || st.state == "failure":
			state = "failure"
		case st.state == "pending" && state == "success":
			state = "pending"
		}
	}
	return ok(c.s.shapes.make("combined-commit-status", c.repo.api(c.s, "/commits/%s/status", sha), object{
		"state": state, "sha": sha, "total_count": len(list), "statuses": each(page(c, list), c.statusJSON),
		"repository": c.s.repoJSON(c.repo, "minimal-repository"), "commit_url": c.repo.api(c.s, "/commits/%s", sha),
	}))
}
