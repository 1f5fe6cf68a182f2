package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/currant-bot/currant/config/internal/json5"
)

// decrypt puts what is in each "encrypted" object of v in its place, and reports what cannot be opened. It
// changes v, which must have been checked.
func (r *resolver) decrypt(v *value, parent string, c checker) {
	sealed := v.remove("encrypted")
	for _, m := range v.keys {
		if o := optionNamed(m.name); o != nil && o.Free {
			continue
		}
		for _, item := range append(m.val.items(), m.val) {
			if item.isObject() {
				r.decrypt(item, m.name, c)
			}
		}
	}
	if sealed == nil {
		return
	}
	switch warn := r.encryptedWarning; {
	case c.operator:
		r.rep.at(sealed, Warning, "\"encrypted\" has no effect here: write the value itself, or keep it in \"secrets\"")
		return
	case r.in.Open == nil:
		if r.in.Repository != "" {
			r.rep.note(sealed, "what is encrypted here is left out: the operator has set no privateKey to open it with")
		}
		return
	case r.in.Repository != "" && !strings.Contains(r.in.Repository, "/"):
		r.rep.note(sealed, "what is encrypted here is left out: a folder is of no organisation, so that nobody can tell whether it is for this one")
		return
	case warn != "":
		r.rep.note(sealed, "%s", warn)
	}
	for _, m := range sealed.members() {
		if err := r.opened(v, m, parent); err != nil {
			r.rep.key(m, Error, "encrypted %q: %v", clip(m.name), err)
		}
	}
}

// opened puts one encrypted value into v.
func (r *resolver) opened(v *value, m member, parent string) error {
	o := optionNamed(m.name)
	login := parent == "hostRules" && (m.name == "token" || m.name == "username" || m.name == "password")
	switch {
	case m.val.kind != json5.String:
		return fmt.Errorf("expected a text, found %s", m.val.kind)
	case o == nil:
		return errors.New("there is no such option")
	case o.Global && !login:
		return errors.New("it is for operators only")
	case o.Type != "string":
		return fmt.Errorf("only a text can be encrypted, and it should be %s", kinds[o.Type])
	}
	plain, err := r.in.Open(m.val.str)
	if err != nil {
		return err
	}
	text, err := scoped(plain, r.in.Repository)
	if err != nil {
		return err
	}
	if m.name == "npmToken" {
		text = strings.TrimSuffix(text, "\n")
	}
	if r.in.Opened != nil {
		r.in.Opened(text)
	}
	val := m.val.likeString(text)
	val.secret = true
	v.set(m.name, m.off, val)
	return nil
}

// scoped returns the value in an opened message, if it is for the repository; "" for any.
func scoped(plain, repository string) (string, error) {
	var message struct{ O, R, V string }
	if err := json.Unmarshal([]byte(plain), &message); err != nil {
		return "", errors.New("what is in it is not of the form {\"o\": ORGANISATION, \"r\": REPOSITORY, \"v\": VALUE}: encrypt it again")
	}
	switch {
	case message.V == "":
		return "", errors.New("there is no value in it: encrypt it again")
	case message.O == "":
		return "", errors.New("it does not say which organisation it is for: encrypt it again")
	case repository == "":
		return message.V, nil
	}
	var scopes []string
	for org := range strings.SplitSeq(message.O, ",") {
		scope := strings.TrimSuffix(strings.TrimSpace(org), "/") + "/"
		if scope == "/" {
			continue
		}
		fits := strings.HasPrefix(strings.ToLower(repository), strings.ToLower(scope))
		if message.R != "" {
			scope += message.R
			fits = strings.EqualFold(repository, scope)
		}
		if fits {
			return message.V, nil
		}
		scopes = append(scopes, scope)
	}
	return "", fmt.Errorf("it was encrypted for %s and not for %s: encrypt it for this one", strings.Join(scopes, " and "), repository)
}
