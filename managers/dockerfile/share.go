package dockerfile

import "github.com/currant-bot/currant/managers"

// A use is a reference to an image or a stage, put together from where its pieces stand in the file.
type use struct {
	dep  int // its index among the dependencies, -1 for a stage
	ref  origin
	name origin // what comes before the tag or digest
}

// share takes the places of tags and digests away that cannot be edited, because the variable which holds
// them is part of another image's name too, or of another piece of a tag than the whole: that one
// would change along.
func (b *build) share() {
	names := make(map[int]bool)           // bytes of the file that are in names
	whole := make(map[int]managers.Field) // and in tags and digests, which
	for _, u := range b.refs {
		for _, at := range u.name.at {
			names[at] = true
		}
	}
	for _, u := range b.refs {
		if u.dep < 0 {
			continue
		}
		d := &b.deps[u.dep]
		for _, f := range []managers.Field{d.Value, d.Digest} {
			for at := f.Start; at < f.End(); at++ {
				if other, ok := whole[at]; names[at] || ok && other != f {
					*d = unshared(*d)
					break
				}
				whole[at] = f
			}
		}
	}
	b.sharePins()
}

// sharePins takes away the pins that would get into another reference, which does not end there.
func (b *build) sharePins() {
	const mixed = -1
	ends := make(map[int]int) // where the references that a byte of the file is in get a digest
	for _, u := range b.refs {
		end := mixed
		if u.dep >= 0 && b.deps[u.dep].Pin != nil {
			end = b.deps[u.dep].Pin[0].Start
		}
		for _, at := range u.ref.at {
			if was, ok := ends[at]; ok && was != end {
				ends[at] = mixed
			} else {
				ends[at] = end
			}
		}
	}
	for _, u := range b.refs {
		if u.dep < 0 || b.deps[u.dep].Pin == nil {
			continue
		}
		pin := b.deps[u.dep].Pin[0].Start
		if end, ok := ends[pin-1]; ok && end != pin {
			b.deps[u.dep].Pin = nil
		}
	}
}

func unshared(d managers.Dep) managers.Dep {
	d.Composed = d.Value.Text
	d.Value, d.Digest, d.Pin = managers.Field{}, managers.Field{}, nil
	d.Skip, d.Note = managers.ContainsVariable, "the variable that holds its tag is part of another image's name or tag too"
	return d
}
