package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/platform/github/app"
)

func githubCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "github", Short: "set up Currant's GitHub App", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	var s setup
	create := &cobra.Command{
		Use:   "setup",
		Short: "Have GitHub create an App with just the permissions that Currant needs",
		Long: `Setup serves a page on this machine. Open it in a browser in which you are logged in to GitHub: it shows the
permissions, GitHub asks whether to create the App, and leads back. Then the App's key is stored here, readable by
you alone, and you install the App on the repositories that Currant is to look after.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c.Context(), w) },
	}
	f := create.Flags()
	f.StringVar(&s.organisation, "organization", "", "the organisation that will own the App (default: you)")
	f.StringVar(&s.name, "name", "", "the App's name, which must be free on that GitHub (default: currant-ORGANIZATION)")
	f.StringVar(&s.endpoint, "endpoint", "", "address of GitHub's interface, such as https://ghe.example.test/api/v3/ (CURRANT_ENDPOINT; default: the public GitHub)")
	f.StringVar(&s.hook, "webhook", "", "where GitHub is to send events, such as https://currant.example.test/hooks/github (default: nowhere)")
	f.StringVar(&s.listen, "listen", "127.0.0.1:8976", "where the page is served")
	f.StringVar(&s.out, "out", ".", "folder for the key")
	c.AddCommand(create)
	return c
}

// A setup makes the App by way of a browser.
type setup struct{ organisation, name, endpoint, hook, listen, out string }

func (s *setup) run(ctx context.Context, w world) error {
	if s.endpoint = orElse(orElse(s.endpoint, w.getenv("CURRANT_ENDPOINT")), datasources.GitHubEndpoint); s.name == "" {
		s.name = strings.TrimSuffix("currant-"+s.organisation, "-")
	}
	if u, err := url.Parse(s.endpoint); err != nil || u.Host == "" {
		return fmt.Errorf("--endpoint %s is no URL", datasources.Redact(s.endpoint))
	}
	if err := os.MkdirAll(s.out, 0o700); err != nil {
		return fmt.Errorf("making the folder for the key: %w", err)
	}
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return fmt.Errorf("serving the page: %w (choose another address with --listen)", err)
	}
	made := make(chan app.Made, 1)
	page := &app.Setup{
		URL: s.endpoint, Web: webOf(s.endpoint), Organisation: s.organisation, Name: s.name, Hook: s.hook,
		Address: func() string { return "http://" + listener.Addr().String() },
		Done: func(m app.Made) error {
			if err := s.store(m); err != nil {
				return err
			}
			made <- m
			return nil
		},
	}
	server := &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) // ends with Shutdown
	fmt.Fprintf(w.err, "Open http://%s in a browser in which you are logged in to GitHub. Ctrl-C gives up.\n", listener.Addr())
	var m app.Made
	select {
	case m = <-made:
	case <-ctx.Done():
		return ctx.Err()
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = server.Shutdown(end) // the page was delivered or its reader has gone
	fmt.Fprintf(w.out, "export CURRANT_GITHUB_APP_ID=%d\nexport CURRANT_GITHUB_APP_KEY_FILE=%s\n", m.ID, s.file(m, "pem"))
	if publicGitHub(s.endpoint) {
		return nil
	}
	fmt.Fprintf(w.out, "export CURRANT_ENDPOINT=%s\n", s.endpoint)
	return nil
}

// webOf returns the address for people of the GitHub whose interface is at an endpoint, without a slash.
func webOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	return u.Scheme + "://" + strings.TrimPrefix(u.Host, "api.")
}

func (s *setup) file(m app.Made, end string) string {
	dir, err := filepath.Abs(s.out)
	if err != nil {
		dir = s.out
	}
	return filepath.Join(dir, filepath.Base(m.Slug)+"."+end)
}

// store writes the key, and beside it what else belongs to the App. Files that are there stay.
func (s *setup) store(m app.Made) error {
	about, err := json.MarshalIndent(map[string]any{"id": m.ID, "slug": m.Slug, "client_id": m.ClientID, "webhook_secret": m.WebhookSecret}, "", "  ")
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{{s.file(m, "pem"), m.Key}, {s.file(m, "json"), string(about) + "\n"}} {
		out, err := os.OpenFile(f.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("storing the App's key: %w", err)
		}
		_, err = out.WriteString(f.text)
		if end := out.Close(); err == nil {
			err = end
		}
		if err != nil {
			return fmt.Errorf("storing the App's key: %w", err)
		}
	}
	return nil
}
