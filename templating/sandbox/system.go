package sandbox

// System returns the files that programs such as Python and git need of any machine.
func System() []string {
	return []string{
		"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt",
		"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/localtime",
		"/etc/mime.types", "/etc/alternatives", "/etc/ssl/openssl.cnf", "/nix/store",
	}
}
