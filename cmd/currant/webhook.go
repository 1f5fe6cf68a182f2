package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/currant-bot/currant/updater/fleet"
	"github.com/currant-bot/currant/updater/fleet/webhook"
)

// hookPath is where GitHub's deliveries are taken.
const hookPath = "/hooks/github"

func webhookCommand(w world) *cobra.Command {
	var o options
	var l listener
	c := &cobra.Command{
		Use:   "webhook [REPOSITORY...]",
		Short: "listen to GitHub's webhooks, and make a pass over each repository that they name",
		Long: `Webhook takes what GitHub posts to ` + hookPath + ` and passes over the repository in which something has happened, one
repository at a time. Those that it looks after are chosen as with "currant run". What happens while a repository is looked at, or waits for it,
makes one more pass, however much it is.

Deliveries must be signed with the secret in CURRANT_WEBHOOK_SECRET. Several, separated by spaces, are all accepted, so that
a secret can be replaced without losing events. It is plain HTTP: put what ends TLS in front of it.

Only events are heard. New releases are not, and GitHub does not send again what it could not deliver: run "currant run" on a
schedule too. Both may use one state folder; each waits for the other. Asked to stop, it ends the pass that it is at, and says what is left.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p := newProgress(w.err, o.quiet)
			defer p.done()
			l.w, l.o, l.p, l.names = w, o, p, args
			return l.run(cmd.Context())
		},
	}
	o.flags(c.Flags())
	o.platformFlags(c.Flags())
	wait := c.Flags().Lookup("wait")
	_ = wait.Value.Set("1h") // it is a duration
	wait.DefValue = wait.Value.String()
	c.Flags().StringVar(&l.listen, "listen", "127.0.0.1:8977", "where to listen")
	return c
}

// A listener makes a pass for each job.
type listener struct {
	w      world
	o      options
	p      *progress
	names  []string // to look after, as for "currant run"
	listen string
	queue  fleet.Queue
}

func (l *listener) run(ctx context.Context) error {
	if err := l.o.complete(l.w); err != nil {
		return err
	}
	if l.o.platform != "github" {
		return errors.New("webhooks are of GitHub: name it with --endpoint or --platform github")
	}
	secrets := strings.Fields(l.w.with(l.o.environ).getenv("CURRANT_WEBHOOK_SECRET"))
	if len(secrets) == 0 {
		return errors.New("CURRANT_WEBHOOK_SECRET is not set: it is the secret of the webhook, which \"currant github setup\" stores beside the App's key")
	}
	self, err := l.self(ctx)
	if err != nil {
		return err
	}
	h, err := webhook.New(webhook.Options{Secrets: secrets, Self: self, Add: l.queue.Add, Tell: func(line string) { l.p.line("webhook: " + line) }})
	if err != nil {
		return err
	}
	socket, err := net.Listen("tcp", l.listen)
	if err != nil {
		return fmt.Errorf("listening: %w (choose another address with --listen)", err)
	}
	mux := http.NewServeMux()
	mux.Handle(hookPath, h)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	fmt.Fprintf(l.w.err, "Listening to GitHub at http://%s%s\n", socket.Addr(), hookPath)
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	context.AfterFunc(ctx, func() { // what comes from now on, GitHub shows as not delivered
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	})
	go func() { stop(server.Serve(socket)) }()
	l.work(working)
	l.left()
	if ctx.Err() == nil {
		return fmt.Errorf("listening at %s: %w", socket.Addr(), context.Cause(working))
	}
	return nil
}

// self is the login of the app that makes the changes; "" where that is a person.
func (l *listener) self(ctx context.Context) (string, error) {
	passer, err := newPasser(ctx, l.w, l.o, l.p, l.names, true)
	if err != nil {
		return "", err
	}
	defer passer.close()
	me, err := passer.Reader.Whoami(ctx)
	if err != nil {
		return "", errors.New(passer.redact(err.Error()))
	}
	if strings.HasSuffix(me.Login, "[bot]") {
		return me.Login, nil
	}
	return "", nil
}

// work makes a pass for each job until ctx ends, and then ends the one that it is at.
func (l *listener) work(ctx context.Context) {
	for {
		j, err := l.queue.Next(ctx)
		if err != nil {
			return
		}
		l.p.line(j.Repository + ": " + strings.Join(j.Why, ", "))
		err = l.look(ctx, j)
		l.queue.Done(j.Repository)
		if err != nil && ctx.Err() != nil {
			l.queue.Add(j)
		} else if err != nil {
			l.p.done()
			fmt.Fprintf(l.w.err, "error: %s: %v\n", j.Repository, err)
		}
	}
}

// look makes one pass with nothing remembered but what is in the folders: registries and presets may have changed since the last one.
func (l *listener) look(ctx context.Context, j fleet.Job) error {
	passer, err := newPasser(ctx, l.w, l.o, l.p, l.names, false)
	if err != nil {
		return err
	}
	defer passer.close()
	name, err := passer.covers(ctx, j.Repository)
	switch {
	case err != nil:
		return errors.New(passer.redact(err.Error()))
	case name == "":
		l.p.line(j.Repository + ": it is not among the repositories to look after")
		return nil
	}
	return passAll(context.WithoutCancel(ctx), l.w, l.p, passer, []string{name})
}

// covers returns a repository's name as GitHub lists it; "" if it is none of those to look after.
func (p *passer) covers(ctx context.Context, name string) (string, error) {
	names, err := p.discovered(ctx)
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		return names[i], nil
	}
	return "", err
}

// left says which jobs were not begun.
func (l *listener) left() {
	var names []string
	for _, j := range l.queue.Waiting() {
		names = append(names, j.Repository)
	}
	if len(names) > 0 {
		fmt.Fprintf(l.w.err, "Not looked at any more: %s. The next \"currant run\" does.\n", strings.Join(names, ", "))
	}
}
