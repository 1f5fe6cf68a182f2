package pep508

import "testing"

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"flask":                               "flask||",
		"flask==1.0":                          "flask|==1.0|",
		" Flask_X [a, b] >= 1.0 , < 2 ; x ":   "Flask_X|>= 1.0 , < 2|",
		"flask (>=1.0)":                       "flask|>=1.0|",
		"flask>=1.0,":                         "flask|>=1.0|",
		"flask @ git+https://a.test/b@v1 ; x": "flask||git+https://a.test/b@v1",
		"flask@https://a.test/b.whl":          "flask||https://a.test/b.whl",
		"flask===a":                           "flask|===a|",
		"flask>=1 \v":                         "flask|>=1|",
		"flask>=\x141":                        "",
		"flask 1.0":                           "",
		"flask==":                             "",
		"flask==1.0 --hash=sha256:0":          "",
		"==1.0":                               "",
		"":                                    "",
		"-e .":                                "",
		"flask\t~=1.0\n; python_version < '3.8'\n": "flask|~=1.0|",
	} {
		r, ok := Parse(text)
		got := ""
		if ok {
			got = r.Name + "|" + text[r.Start:r.End] + "|" + r.URL
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if r.URL != "" && text[r.URLStart:r.URLStart+len(r.URL)] != r.URL {
			t.Errorf("%q: the URL is not at %d", text, r.URLStart)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("flask[x]>=1,<2; y")
	f.Fuzz(func(t *testing.T, text string) {
		if r, ok := Parse(text); ok && (r.Start > r.End || r.End > len(text)) {
			t.Error(r)
		}
	})
}
