package all_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning"
	"github.com/currant-bot/currant/datasources/versioning/all"
)

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		scheme, inner, outer string
		want                 bool
	}{
		{"npm", ">=18", ">=16", true},
		{"npm", "18", ">=16", true},
		{"npm", "18.x", ">=18.18", false},
		{"npm", ">=16", ">=18", false},
		{"npm", "^18 || ^20", ">=20", false},
		{"npm", "^18 || ^20", "^18 || ^20 || >=22", true},
		{"npm", "^18 || ^20", "^18.18 || >=20", false},
		{"npm", ">=16 <18", "<14 || >=16", true},
		{"npm", ">=13 <18", "<14 || >=16", false},
		{"npm", ">=18 <19", "18.x", true},
		{"npm", ">=18 <=19", "18.x", false},
		{"npm", "18", "*", true},
		{"npm", "~1.21.x", ">=1.20", true},
		{"npm", "~1.21.x", ">=1.21.1", false},
		{"npm", ">2 <2", "*", false}, // nothing is nowhere
		{"pep440", ">=3.9", ">=3.8", true},
		{"pep440", ">=3.8", ">=3.9", false},
		{"pep440", ">=3.9,<4", ">=3.8,<4.0", true},
		{"pep440", "==3.9.*", ">=3.8", true},
		{"pep440", ">=3.9", "!=3.9.1,>=3.8", false},
		{"pep440", ">=3.9", "!=3.8.1,>=3.8", true},
		{"pep440", "~=3.9.2", "<3.10,>=3.9.2", true},
		{"pep440", "~=3.9", ">=3.9,<3.12", false},
		{"poetry", "^3.9", ">=3.8,<4", true},
		{"poetry", "^3.9", ">=3.8,<3.12", false},
		{"cargo", "1.70", "1.65", true},
		{"cargo", "1.65", "1.75", false},
		{"ruby", "~> 3.1", ">= 2.7", true},
		{"ruby", ">= 2.6", ">= 2.7", false},
		{"ruby", "~> 3.1.0", ">= 2.7, < 3.2", true},
		{"ruby", "~> 3.1", ">= 2.7, < 3.2", false},
		{"composer", "^8.1", "^8.0", true},
		{"composer", "^8.1", "~8.1.0 || ~8.2.0", false},
		{"composer", "~8.1.0", "^7.4 || ^8.0", true},
		{"composer", ">=8.1", "^8.1", false},
		{"helm", "1.29", ">=1.25.0-0", true},
		{"helm", "1.24", ">=1.25.0-0", false},
	} {
		s, err := all.Schemes(tt.scheme)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := versioning.Within(s, tt.inner, tt.outer); err != nil || got != tt.want {
			t.Errorf("%s: %q within %q: %t, %v", tt.scheme, tt.inner, tt.outer, got, err)
		}
	}
}
