package audit_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/templating/audit"
)

// TestJudge says of one file, by its five states, what the verdict is; "" stands for a file that is not there.
func TestJudge(t *testing.T) {
	never := func(string) bool { return false }
	always := func(string) bool { return true }
	for _, tt := range []struct {
		name                               string
		base, ours, theirs, merged, result string
		more                               audit.Update
		want                               audit.Kind
		text                               string
	}{
		{"untouched", "1", "1", "1", "1", "1", audit.Update{}, "", ""},
		{"updated", "1", "1", "2", "2", "2", audit.Update{}, "", ""},
		{"merged", "1", "3", "2", "23", "23", audit.Update{}, "", ""},
		{"new", "", "", "2", "2", "2", audit.Update{}, "", ""},
		{"new and not written", "", "", "2", "2", "", audit.Update{}, audit.NotApplied, "not written"},
		{"new and ignored", "", "", "2", "2", "", audit.Update{Ignored: map[string]bool{"f": true}}, audit.OK, ""},
		{"new over one's own", "", "3", "2", "x", "2", audit.Update{Unmerged: map[string]bool{"f": true}}, audit.LostEdit, "took the place"},
		{"deleted in the template and kept", "1", "1", "", "", "1", audit.Update{}, audit.NotApplied, "still here"},
		{"deleted on both sides", "1", "", "", "", "", audit.Update{}, "", ""},
		{"deleted here", "1", "", "1", "", "", audit.Update{}, "", ""},
		{"deleted here and changed", "1", "", "2", "2", "", audit.Update{Unmerged: map[string]bool{"f": true}}, audit.OK, "stays deleted"},
		{"deleted here and back again", "1", "", "1", "", "1", audit.Update{}, audit.LostEdit, "written again"},
		{"deleted here, back again, and meant", "1", "", "1", "", "1", audit.Update{Keeps: always}, "", ""},
		{"edit replaced", "1", "3", "2", "23", "2", audit.Update{}, audit.LostEdit, "replaced"},
		{"edit replaced although it is kept if it exists", "1", "3", "2", "23", "2", audit.Update{Keeps: always}, audit.LostEdit, "replaced"},
		{"edit deleted", "1", "3", "", "3", "", audit.Update{Unmerged: map[string]bool{"f": true}}, audit.LostEdit, "now deleted"},
		{"change missing", "1", "3", "2", "23", "3", audit.Update{}, audit.NotApplied, "not here"},
		{"change missing, of another template", "1", "3", "2", "23", "4", audit.Update{External: true}, audit.NotApplied, "another template"},
		{"change missing, kept if it exists", "1", "3", "2", "23", "3", audit.Update{Keeps: always}, audit.OK, "missing"},
		{"change missing, written once", "1", "3", "2", "23", "3", audit.Update{Once: always}, audit.OK, "made"},
		{"change missing, unclear", "1", "3", "2", "23", "3", audit.Update{Unclear: true}, audit.Differs, "may be meant"},
		{"shown to conflict", "1", "3", "2", "x", "y", audit.Update{Unmerged: map[string]bool{"f": true}, Shown: map[string]bool{"f": true}}, audit.Conflict, ""},
		{"conflict that only git finds", "1", "3", "2", "x", "y", audit.Update{Unmerged: map[string]bool{"f": true}}, audit.Differs, "git finds"},
		{"something else", "1", "3", "2", "23", "4", audit.Update{}, audit.Differs, ""},
		{"something else by code", "1", "3", "2", "23", "4", audit.Update{Code: true}, audit.Differs, "code ran"},
		{"edit replaced by code", "1", "3", "2", "23", "2", audit.Update{Code: true}, audit.LostEdit, ""},
		{"made by code", "", "", "", "", "4", audit.Update{Code: true}, audit.OK, "code"},
		{"made by nobody", "", "", "", "", "4", audit.Update{}, audit.Differs, "neither"},
		{"one's own changed by code", "", "3", "", "3", "4", audit.Update{Code: true}, audit.Differs, "code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := tt.more
			for state, files := range map[*string]*audit.Files{&tt.base: &u.Base, &tt.ours: &u.Ours, &tt.theirs: &u.Theirs, &tt.merged: &u.Merged, &tt.result: &u.Result} {
				*files = audit.Files{"g": "same"}
				if *state != "" {
					(*files)["f"] = *state
				}
			}
			for _, f := range []*func(string) bool{&u.Keeps, &u.Once} {
				if *f == nil {
					*f = never
				}
			}
			var got audit.Verdict
			if all := audit.Judge(u); len(all) > 1 {
				t.Fatalf("verdicts %+v, want one at most", all)
			} else if len(all) == 1 {
				got = all[0]
			}
			if got.Kind != tt.want || !strings.Contains(got.Text, tt.text) {
				t.Errorf("verdict %q (%s), want %q (%s)", got.Kind, got.Text, tt.want, tt.text)
			}
		})
	}
}

func TestWrongFolder(t *testing.T) {
	none := func(string) bool { return false }
	u := audit.Update{Base: audit.Files{"a": "1", "b": "1"}, Ours: audit.Files{"x": "1"}, Theirs: audit.Files{"a": "1", "b": "1"}, Merged: audit.Files{"x": "1"}, Result: audit.Files{"x": "1"}, Keeps: none, Once: none}
	if all := audit.Judge(u); len(all) != 1 || all[0].Kind != audit.WrongRoot || !all[0].Kind.Holds() {
		t.Errorf("verdicts %+v, want the wrong folder", all)
	}
}

func TestExcuse(t *testing.T) {
	all := []audit.Verdict{{"a", audit.LostEdit, "x"}, {"b", audit.LostEdit, "y"}, {"c", audit.Conflict, "z"}, {"", audit.WrongRoot, ""}}
	got := audit.Excuse(all, func(p string) bool { return p != "a" })
	for i, want := range []audit.Kind{audit.LostEdit, audit.Volatile, audit.Conflict, audit.WrongRoot} {
		if got[i].Kind != want {
			t.Errorf("%q is %q, want %q", got[i].Path, got[i].Kind, want)
		}
	}
	if all[1].Kind != audit.LostEdit || !got[1].Kind.Holds() {
		t.Error("the verdicts that were given changed, or one that is not judged does not hold")
	}
}
