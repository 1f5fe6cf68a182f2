package githubtest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

func (c *call) createBlob() (reply, error) {
	var in struct{ Content, Encoding string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Encoding == "base64" {
		raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(in.Content, "\n", ""))
		if err != nil {
			return reply{}, fail(422, "content is not valid Base64")
		}
		in.Content = string(raw)
	}
	sha, err := c.repo.git.put(in.Content)
	if err != nil {
		return reply{}, err
	}
	return created(object{"sha": sha, "url": c.repo.api(c.s, "/git/blobs/%s", sha)})
}

func (c *call) getBlob() (reply, error) {
	sha := c.params["file_sha"]
	if c.repo.git.kindOf(sha) != "blob" {
		return reply{}, errNotFound
	}
	text, err := c.repo.git.blob(sha)
	if err != nil {
		return reply{}, err
	}
	if c.wants("raw") {
		return reply{status: 200, raw: []byte(text), kind: "application/vnd.github.raw; charset=utf-8"}, nil
	}
	return ok(object{"sha": sha, "node_id": "B_" + sha, "size": len(text), "url": c.repo.api(c.s, "/git/blobs/%s", sha),
		"encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text))})
}

// wants says whether the client asks for a media type of GitHub's, such as
// "raw" or "diff".
func (c *call) wants(kind string) bool {
	accept := c.r.Header.Get("Accept")
	return strings.Contains(accept, "vnd.github."+kind) || strings.Contains(accept, "vnd.github.v3."+kind)
}

func (c *call) createTree() (reply, error) {
	var in struct {
		BaseTree string `json:"base_tree"`
		Tree     []struct {
			Path, Mode, Type string
			SHA              rawString
			Content          *string
		}
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	git := c.repo.git
	if in.BaseTree != "" {
		if k := git.kindOf(in.BaseTree); k != "tree" && k != "commit" {
			return reply{}, fail(422, "base_tree is not a valid tree oid")
		}
	}
	var changes []entry
	for _, t := range in.Tree {
		e := entry{path: t.Path, mode: t.Mode, kind: t.Type, sha: t.SHA.text}
		switch {
		case t.Content != nil:
			sha, err := git.put(*t.Content)
			if err != nil {
				return reply{}, err
			}
			e.sha = sha
		case t.SHA.null:
			e.sha = ""
		case !t.SHA.given:
			return reply{}, fail(422, "Must supply either tree.sha or tree.content")
		case git.kindOf(e.sha) == "" && e.mode != "160000":
			return reply{}, fail(422, "tree.sha %s is not a valid blob", e.sha)
		}
		changes = append(changes, e)
	}
	sha, err := git.graft(in.BaseTree, changes)
	if err != nil {
		return reply{}, fail(422, "GitRPC::BadObjectState")
	}
	o, err := c.treeJSON(sha)
	if err != nil {
		return reply{}, err
	}
	return created(o)
}

// A rawString tells null, a text and nothing apart.
type rawString struct {
	text        string
	given, null bool
}

// UnmarshalJSON implements [encoding/json.Unmarshaler].
func (r *rawString) UnmarshalJSON(b []byte) error {
	*r = rawString{text: text(b), given: true, null: string(b) == "null"}
	return nil
}

func (c *call) treeJSON(sha string, flags ...string) (object, error) {
	list, err := c.repo.git.entries(sha, flags...)
	if err != nil {
		return nil, err
	}
	items := each(list, func(e entry) object {
		o := object{"path": e.path, "mode": e.mode, "type": e.kind, "sha": e.sha}
		if e.kind == "blob" {
			o["size"], o["url"] = e.size, c.repo.api(c.s, "/git/blobs/%s", e.sha)
		} else if e.kind == "tree" {
			o["url"] = c.repo.api(c.s, "/git/trees/%s", e.sha)
		}
		return o
	})
	return object{"sha": sha, "url": c.repo.api(c.s, "/git/trees/%s", sha), "tree": items, "truncated": false}, nil
}

func (c *call) getTree() (reply, error) {
	rev := c.params["tree_sha"]
	sha, err := "", error(nil)
	if c.repo.git.kindOf(rev) == "tree" {
		sha = rev
	} else if at := c.repo.git.commitOf(rev); at != "" {
		sha, err = c.repo.git.line("rev-parse", at+"^{tree}")
	}
	if err != nil || sha == "" {
		return reply{}, errNotFound
	}
	var flags []string
	if c.query("recursive") != "" {
		flags = []string{"-r", "-t"}
	}
	o, err := c.treeJSON(sha, flags...)
	if err != nil {
		return reply{}, err
	}
	return ok(o)
}

// who is a signature as clients send it; what is left out is the caller's.
type who struct {
	Name, Email string
	Date        time.Time
}

func (w *who) or(g signature) signature {
	if w == nil {
		return g
	}
	if !w.Date.IsZero() {
		g.Date = w.Date.UTC()
	}
	g.Name, g.Email = w.Name, w.Email
	return g
}

// signatures returns the author and committer of what the caller commits: as
// it says, else the account, committed by GitHub itself.
func (c *call) signatures(author, committer *who) (a, b signature) {
	a = author.or(c.s.signature(c.who.account))
	if committer == nil {
		return a, c.s.committer()
	}
	return a, committer.or(a)
}

func (c *call) createCommit() (reply, error) {
	var in struct {
		Message, Tree     string
		Parents           []string
		Author, Committer *who
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	git := c.repo.git
	if git.kindOf(in.Tree) != "tree" {
		return reply{}, fail(422, "Tree SHA does not exist")
	}
	for _, p := range in.Parents {
		if git.kindOf(p) != "commit" {
			return reply{}, fail(422, "Parent SHA does not exist or is not a commit object")
		}
	}
	cm := commit{tree: in.Tree, parents: in.Parents, message: in.Message}
	cm.author, cm.committer = c.signatures(in.Author, in.Committer)
	if in.Committer == nil && (in.Author != nil || !c.who.installation()) {
		cm.committer = cm.author // only what an app leaves open GitHub commits, and signs, itself
	}
	sha, err := git.write(cm)
	if err != nil {
		return reply{}, err
	}
	if cm, err = git.commit(sha); err != nil {
		return reply{}, err
	}
	return created(c.s.gitCommitJSON(c.repo, cm))
}

func (c *call) getGitCommit() (reply, error) {
	sha := c.params["commit_sha"]
	if c.repo.git.kindOf(sha) != "commit" {
		return reply{}, errNotFound
	}
	cm, err := c.repo.git.commit(sha)
	if err != nil {
		return reply{}, err
	}
	return ok(c.s.gitCommitJSON(c.repo, cm))
}

func (c *call) createTag() (reply, error) {
	var in struct {
		Tag, Message, Object, Type string
		Tagger                     *who
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if c.repo.git.kindOf(in.Object) == "" {
		return reply{}, fail(422, "Object does not exist")
	}
	by := in.Tagger.or(c.s.signature(c.who.account))
	text := fmt.Sprintf("object %s\ntype %s\ntag %s\ntagger %s <%s> %d +0000\n\n%s\n", in.Object, in.Type, in.Tag, by.Name, by.Email, by.Date.Unix(), in.Message)
	sha, err := c.repo.git.run(text, nil, "mktag")
	if err != nil {
		return reply{}, fail(422, "Invalid tag")
	}
	o, err := c.tagJSON(strings.TrimSpace(sha))
	if err != nil {
		return reply{}, err
	}
	return created(o)
}

func (c *call) getTag() (reply, error) {
	if c.repo.git.kindOf(c.params["tag_sha"]) != "tag" {
		return reply{}, errNotFound
	}
	o, err := c.tagJSON(c.params["tag_sha"])
	if err != nil {
		return reply{}, err
	}
	return ok(o)
}

// tag returns the fields of an annotated tag, and its message.
func (g gitDir) tag(sha string) (fields map[string]string, message string, err error) {
	out, err := g.run("", nil, "cat-file", "tag", sha)
	if err != nil {
		return nil, "", err
	}
	head, message, _ := strings.Cut(out, "\n\n")
	fields = make(map[string]string)
	for l := range strings.Lines(head) {
		k, v, _ := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		fields[k] = v
	}
	return fields, message, nil
}

func (c *call) tagJSON(sha string) (object, error) {
	f, message, err := c.repo.git.tag(sha)
	if err != nil {
		return nil, err
	}
	return object{"sha": sha, "node_id": "TA_" + sha, "url": c.repo.api(c.s, "/git/tags/%s", sha), "tag": f["tag"], "message": strings.TrimSuffix(message, "\n"),
		"tagger": signatureJSON(parseSignature(f["tagger"])),
		"object": object{"sha": f["object"], "type": f["type"], "url": c.repo.api(c.s, "/git/%ss/%s", f["type"], f["object"])}}, nil
}
