package pypi

import (
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// parseHTML reads a project's page of a simple repository (PEP 503, 592). ended is
// whether the page's end tag was seen.
func parseHTML(r io.Reader) (files []file, ended bool, err error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(8 << 20) // of one tag or text
	var open *file
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF {
				return nil, false, err
			}
			return files, ended, nil
		case html.StartTagToken:
			open = nil
			if name, more := z.TagName(); string(name) == "a" {
				f := anchor(z, more)
				open = &f
			}
		case html.TextToken:
			if open != nil {
				open.name += strings.TrimSpace(string(z.Text()))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "a":
				if open != nil {
					files = append(files, *open)
				}
				open = nil
			case "body", "html":
				ended = true
			}
		}
	}
}

// anchor returns what the attributes of a link say of its file.
func anchor(z *html.Tokenizer, more bool) file {
	var f file
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			if u, err := url.Parse(string(value)); err == nil {
				f.sha256 = strings.TrimPrefix(u.Fragment, "sha256=")
			}
		case "data-yanked":
			f.yanked = reason(string(value))
		case "data-requires-python":
			f.requires = string(value)
		case "data-upload-time":
			f.uploaded = parseTime(string(value))
		}
	}
	return f
}
