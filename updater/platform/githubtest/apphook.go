package githubtest

import (
	"fmt"
	"net/http"
	"time"
)

// A Hook is where an app says that its events are sent. What this server sends goes to [Server.OnDelivery].
type Hook struct {
	URL      string
	Secret   string // they are signed with; "" for not at all
	Insecure bool   // the certificate is not looked at
}

// A delivery is an event that was sent.
type delivery struct {
	id    int64
	event string
	code  int // of the answer
	at    time.Time
}

// SetHook sets where an app's events are sent, and which ones.
func (s *Server) SetHook(appID int64, h Hook, events ...string) {
	s.locked(func() { s.apps[appID].hook, s.apps[appID].events = h, events })
}

// Deliver notes that an event of an app was sent and answered with a status.
func (s *Server) Deliver(appID int64, event string, status int) {
	s.locked(func() {
		a := s.apps[appID]
		a.deliveries = append([]delivery{{s.id(), event, status, s.now()}}, a.deliveries...)
	})
}

func (c *call) getHook() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	h := c.app.hook
	out := object{"url": h.URL, "content_type": "json", "insecure_ssl": "0"}
	if h.Insecure {
		out["insecure_ssl"] = "1"
	}
	if h.Secret != "" {
		out["secret"] = "********" // as GitHub shows it
	}
	return ok(out)
}

func (c *call) listDeliveries() (reply, error) {
	if err := c.appOnly(); err != nil {
		return reply{}, err
	}
	return ok(each(page(c, c.app.deliveries), func(d delivery) object {
		status := "OK"
		if d.code != http.StatusOK {
			status = fmt.Sprintf("Invalid HTTP Response: %d", d.code)
		}
		return object{
			"id": d.id, "guid": fmt.Sprintf("00000000-0000-0000-0000-%012d", d.id), "delivered_at": stamp(d.at), "redelivery": false, "duration": 0.1,
			"status": status, "status_code": d.code, "event": d.event, "action": nil, "installation_id": nil, "repository_id": nil,
		}
	}))
}
