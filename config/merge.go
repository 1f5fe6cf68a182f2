package config

// mergeOption returns what an option is when over is set on top of base.
// Lists add up and objects merge only for the options that Renovate marks as
// mergeable; otherwise over wins, also with null.
func mergeOption(name string, base, over *value) *value {
	if base.isNull() || over.isNull() || !mergeable(name) {
		return over
	}
	switch {
	case base.isList() && over.isList():
		out := over.like(over.kind)
		out.list = append(append(make([]*value, 0, len(base.list)+len(over.list)), base.list...), over.list...)
		return out
	case base.isObject() && over.isObject():
		return mergeObject(base, over)
	}
	return over
}

// mergeObject returns over merged onto base. Neither is changed.
func mergeObject(base, over *value) *value {
	if base == nil {
		return over
	}
	out := over.likeObject()
	out.keys = append(make([]member, 0, len(base.keys)+len(over.keys)), base.keys...)
	for _, m := range over.keys {
		out.set(m.name, m.off, mergeOption(m.name, base.get(m.name), m.val))
	}
	return out
}
