package app

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// A Hook says where GitHub sends an app's events.
type Hook struct {
	URL      string // "" for nowhere
	Secret   bool   // they are signed
	Insecure bool   // the certificate of URL is not looked at
}

// Hook asks where events are sent.
func (a *App) Hook(ctx context.Context) (Hook, error) {
	var answer struct {
		URL, Secret string
		Insecure    any `json:"insecure_ssl"` // "0" or 0
	}
	if _, err := a.ask(ctx, http.MethodGet, "app/hook/config", nil, &answer); err != nil {
		return Hook{}, fmt.Errorf("asking GitHub about the app's webhook: %w", err)
	}
	return Hook{answer.URL, answer.Secret != "", fmt.Sprint(answer.Insecure) == "1"}, nil
}

// A Delivery is an event that was sent.
type Delivery struct {
	Event  string
	Status string    // for people
	Code   int       `json:"status_code"` // of the answer; 0 for none
	At     time.Time `json:"delivered_at"`
}

// Deliveries lists the last events that were sent, newest first.
func (a *App) Deliveries(ctx context.Context) ([]Delivery, error) {
	var list []Delivery
	_, err := a.ask(ctx, http.MethodGet, "app/hook/deliveries?per_page=30", nil, &list)
	return list, err
}
