package githubtest

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"
)

// fileChanges reads the files of createCommitOnBranch.
func (c *call) fileChanges(in args) ([]entry, error) {
	var out []entry
	for _, x := range in.list("additions") {
		a, _ := x.(map[string]any)
		raw, err := base64.StdEncoding.DecodeString(args(a).text("contents"))
		if err != nil {
			return nil, &graphError{"UNPROCESSABLE", "A file's contents are not valid Base64"}
		}
		sha, err := c.repo.git.put(string(raw))
		if err != nil {
			return nil, err
		}
		out = append(out, entry{mode: "100644", kind: "blob", path: args(a).text("path"), sha: sha})
	}
	for _, x := range in.list("deletions") {
		a, _ := x.(map[string]any)
		out = append(out, entry{path: args(a).text("path")})
	}
	return out, nil
}

func (c *call) graphRepo(r *repo) typed {
	visibility := "PUBLIC"
	if r.private {
		visibility = "PRIVATE"
	}
	return typed{"Repository", fields{
		"id": is(node("R", r.id)), "databaseId": is(r.id), "name": is(r.name), "nameWithOwner": is(r.fullName()), "owner": is(c.actor(r.owner)),
		"url":    is(c.s.base + "/" + r.fullName()),
		"sshUrl": is("git@" + c.s.hostname() + ":" + r.fullName() + ".git"), "description": is(orNull(r.description)), "isFork": is(false), "parent": is(nil),
		"isArchived": is(r.archived), "isDisabled": is(r.disabled), "isPrivate": is(r.private), "isTemplate": is(false), "visibility": is(visibility),
		"isEmpty":          func(args) (any, error) { return r.head(r.main) == "", nil },
		"hasIssuesEnabled": is(true), "hasVulnerabilityAlertsEnabled": is(!r.noAlerts), "autoMergeAllowed": is(r.autoMerge),
		"mergeCommitAllowed": is(r.mergeCommit), "rebaseMergeAllowed": is(r.rebase), "squashMergeAllowed": is(r.squash), "deleteBranchOnMerge": is(r.deleteMerged),
		"pushedAt": is(stamp(r.pushed)), "createdAt": is(stamp(r.created)), "updatedAt": is(stamp(r.pushed)),
		"mergeQueue": func(a args) (any, error) {
			branch := a.text("branch")
			if branch == "" {
				branch = r.main
			}
			if rule := r.rule(branch); rule == nil || !rule.Queue {
				return nil, nil
			}
			return typed{"MergeQueue", fields{"id": is("MQ_" + branch), "url": is(c.s.base + "/" + r.fullName() + "/queue/" + branch)}}, nil
		},
		"viewerPermission": is("WRITE"),
		"defaultBranchRef": func(args) (any, error) { return c.branchRef(r, r.main), nil },
		"ref":              func(a args) (any, error) { return c.graphRefNamed(r, a.text("qualifiedName")) },
		"refs":             func(a args) (any, error) { return c.graphRefs(r, a) },
		"object":           func(a args) (any, error) { return c.graphObject(r, a) },
		"pullRequest":      func(a args) (any, error) { return c.graphNumber(r, a.number("number"), true) },
		"issue":            func(a args) (any, error) { return c.graphNumber(r, a.number("number"), false) },
		"pullRequests":     func(a args) (any, error) { return c.graphIssues(r, a, true) },
		"issues":           func(a args) (any, error) { return c.graphIssues(r, a, false) },
		"labels": func(a args) (any, error) {
			return connection("labels", "Label", convert(r.labels, graphLabel), a)
		},
		"releases": func(a args) (any, error) {
			return connection("releases", "Release", convert(r.newest(), func(x *release) typed { return c.graphRelease(r, x) }), a)
		},
		"vulnerabilityAlerts": func(a args) (any, error) {
			return connection("vulnerabilityAlerts", "RepositoryVulnerabilityAlert", nil, a)
		},
	}}
}

func (c *call) graphRelease(r *repo, x *release) typed {
	return typed{"Release", fields{
		"id": is(node("RE", x.id)), "databaseId": is(x.id), "name": is(orNull(x.name)), "tagName": is(x.tag), "description": is(orNull(x.body)),
		"isDraft": is(x.draft), "isPrerelease": is(x.prerelease), "createdAt": is(stamp(x.created)), "publishedAt": is(stamp(x.created)),
		"isLatest": func(args) (any, error) {
			all := r.newest()
			i := slices.IndexFunc(all, func(x *release) bool { return !x.draft && !x.prerelease })
			return i >= 0 && all[i] == x, nil
		},
		"url": is(c.s.base + "/" + r.fullName() + "/releases/tag/" + escape(x.tag)),
	}}
}

func graphLabel(l *label) typed {
	return typed{"Label", fields{"id": is(node("LA", l.id)), "name": is(l.name), "color": is(l.color), "description": is(orNull(l.about))}}
}

func (c *call) branchRef(r *repo, branch string) any {
	sha := r.head(branch)
	if sha == "" {
		return nil
	}
	return c.graphRef(r, "refs/heads/"+branch, sha)
}

func (c *call) graphRef(r *repo, full, sha string) typed {
	prefix, name := "refs/heads/", strings.TrimPrefix(full, "refs/heads/")
	if tag, isTag := strings.CutPrefix(full, "refs/tags/"); isTag {
		prefix, name = "refs/tags/", tag
	}
	return typed{"Ref", fields{
		"id": is("REF_" + full), "name": is(name), "prefix": is(prefix),
		"target": func(args) (any, error) {
			if r.git.kindOf(sha) == "tag" {
				at := r.git.commitOf(sha)
				f, _, err := r.git.tag(sha)
				return typed{"Tag", fields{"oid": is(sha), "id": is("TA_" + sha), "name": is(name), "target": is(c.graphCommit(r, at)),
					"tagger": is(graphActor(parseSignature(f["tagger"])))}}, err
			}
			return c.graphCommit(r, sha), nil
		},
	}}
}

func (c *call) graphRefNamed(r *repo, name string) (any, error) {
	refs, err := r.git.refs()
	if err != nil {
		return nil, err
	}
	for _, full := range []string{name, "refs/heads/" + name, "refs/tags/" + name} {
		if sha := refs[full]; sha != "" {
			return c.graphRef(r, full, sha), nil
		}
	}
	return nil, nil
}

func (c *call) graphRefs(r *repo, a args) (any, error) {
	refs, err := r.git.refs()
	if err != nil {
		return nil, err
	}
	var names []string
	for n := range refs {
		if strings.HasPrefix(n, a.text("refPrefix")) && strings.Contains(n, a.text("query")) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return connection("refs", "Ref", convert(names, func(n string) typed { return c.graphRef(r, n, refs[n]) }), a)
}

// graphObject finds a commit or file by "oid", or by "expression" REV or REV:PATH.
func (c *call) graphObject(r *repo, a args) (any, error) {
	rev, path, isPath := strings.Cut(a.text("expression"), ":")
	if oid := a.text("oid"); oid != "" {
		rev = oid
	}
	if rev == "HEAD" {
		rev = r.main
	}
	sha := r.git.commitOf(rev)
	if sha == "" {
		return nil, nil
	}
	if !isPath {
		return c.graphCommit(r, sha), nil
	}
	e, err := r.git.at(sha, strings.Trim(path, "/"))
	if err != nil || e == nil {
		return nil, err
	}
	if e.kind != "blob" {
		return typed{"Tree", fields{"oid": is(e.sha), "id": is("T_" + e.sha)}}, nil
	}
	text, err := r.git.blob(e.sha)
	if err != nil {
		return nil, err
	}
	binary := !utf8.ValidString(text) || strings.Contains(text, "\x00")
	var shown any = text
	if binary {
		shown = nil
	}
	return typed{"Blob", fields{"oid": is(e.sha), "id": is("B_" + e.sha), "byteSize": is(len(text)), "isBinary": is(binary), "isTruncated": is(false), "text": is(shown)}}, nil
}

func graphActor(g signature) typed {
	return typed{"GitActor", fields{"name": is(g.Name), "email": is(g.Email), "date": is(stamp(g.Date)), "user": is(nil)}}
}

func (c *call) graphCommit(r *repo, sha string) typed {
	read := func(f func(commit) any) func(args) (any, error) {
		return func(args) (any, error) {
			cm, err := r.git.commit(sha)
			if err != nil {
				return nil, err
			}
			return f(cm), nil
		}
	}
	return typed{"Commit", fields{
		"oid": is(sha), "id": is("C_" + sha), "url": is(c.s.base + "/" + r.fullName() + "/commit/" + sha), "abbreviatedOid": is(sha[:7]),
		"message":         read(func(m commit) any { return m.message }),
		"messageHeadline": read(func(m commit) any { h, _, _ := strings.Cut(m.message, "\n"); return h }),
		"committedDate":   read(func(m commit) any { return stamp(m.committer.Date) }),
		"authoredDate":    read(func(m commit) any { return stamp(m.author.Date) }),
		"author":          read(func(m commit) any { return graphActor(m.author) }),
		"committer":       read(func(m commit) any { return graphActor(m.committer) }),
		"tree":            read(func(m commit) any { return typed{"Tree", fields{"oid": is(m.tree), "id": is("T_" + m.tree)}} }),
		"parents": func(a args) (any, error) {
			cm, err := r.git.commit(sha)
			if err != nil {
				return nil, err
			}
			return connection("parents", "Commit", convert(cm.parents, func(p string) typed { return c.graphCommit(r, p) }), a)
		},
		"history": func(a args) (any, error) {
			shas, err := r.git.history(sha, 0)
			if err != nil {
				return nil, err
			}
			return connection("history", "CommitHistory", convert(shas, func(p string) typed { return c.graphCommit(r, p) }), a)
		},
		"statusCheckRollup": func(args) (any, error) { return c.rollup(r, sha), nil },
		"repository":        func(args) (any, error) { return c.graphRepo(r), nil },
	}}
}

// rollup sums up the checks of a commit; nil if there are none.
func (c *call) rollup(r *repo, sha string) any {
	got := r.results(sha)
	if len(got) == 0 {
		return nil
	}
	state := "SUCCESS"
	for _, v := range got {
		switch {
		case v == "failure":
			state = "FAILURE"
		case v == "pending" && state == "SUCCESS":
			state = "PENDING"
		}
	}
	return typed{"StatusCheckRollup", fields{"state": is(state), "contexts": func(a args) (any, error) {
		return connection("contexts", "StatusCheckRollupContext", c.contexts(r, sha), a)
	}}}
}

// contexts lists the newest check run and status of each name.
func (c *call) contexts(r *repo, sha string) []any {
	byName := map[string]typed{}
	for _, x := range r.runs {
		if x.sha == sha {
			var conclusion any
			if x.conclusion != "" {
				conclusion = strings.ToUpper(x.conclusion)
			}
			byName["run "+x.name] = typed{"CheckRun", fields{"id": is(node("CR", x.id)), "name": is(x.name), "status": is(strings.ToUpper(x.status)), "conclusion": is(conclusion)}}
		}
	}
	for _, st := range r.statuses {
		if st.sha == sha {
			byName["status "+st.context] = typed{"StatusContext", fields{"id": is(node("SC", st.id)), "context": is(st.context), "state": is(strings.ToUpper(st.state))}}
		}
	}
	var keys []string
	for k := range byName {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return convert(keys, func(k string) typed { return byName[k] })
}
