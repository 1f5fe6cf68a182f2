package platform

// Means are how much may be done for an account, as the host's limits allow.
type Means int

const (
	Everything Means = iota
	Urgent           // only what must not wait: merges and security updates
	Nothing          // not even looking
)
