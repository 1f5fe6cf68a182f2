package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/currant-bot/currant/updater/platform"
)

// A graphError is what GraphQL answers instead of data, or of a part of it.
type graphError struct {
	Type       string // such as "NOT_FOUND", "STALE_DATA"
	Message    string
	Path       []any
	Extensions struct{ Code string }
}

func (e *graphError) Error() string { return e.Message }

// at reports whether the error is about a field.
func (e *graphError) at(field string) bool {
	return len(e.Path) > 0 && e.Path[len(e.Path)-1] == field
}

// ask sends a query, and decodes what there is of an answer into data. The error is of type *[graphError] if GraphQL refused, and
// joined of several if it gave several.
func (r *Reader) ask(ctx context.Context, query string, variables map[string]any, data any) error {
	req, err := r.api.NewRequest(http.MethodPost, r.graphql, map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	answer := struct {
		Data   any
		Errors []*graphError
	}{Data: data}
	if _, err := r.api.Do(ctx, req, &answer); err != nil {
		return err
	}
	var all error
	for _, e := range answer.Errors {
		all = errors.Join(all, e)
	}
	return all
}

// A standing is how pull requests stand by the rules of their base, as far as GitHub tells it by GraphQL alone.
type standing struct {
	queue bool // the base has a merge queue
	pulls map[int]*pullStanding
}

type pullStanding struct {
	Review  string `json:"reviewDecision"`
	Queued  bool   `json:"isInMergeQueue"`
	Threads struct {
		Nodes []struct {
			Resolved bool `json:"isResolved"`
		}
		PageInfo struct{ HasNextPage bool }
	} `json:"reviewThreads"`
	Timeline struct {
		Nodes []struct {
			Kind   string `json:"__typename"`
			Reason string
		}
	} `json:"timelineItems"`
}

// standingQuery asks about a base branch; the pull requests are filled in. Of what happened to one, the last counts: put out of the
// queue, or pushed since.
const standingQuery = `query($owner: String!, $name: String!, $base: String!) {
  repository(owner: $owner, name: $name) {
    mergeQueue(branch: $base) { id }
    %s
  }
  rateLimit { cost remaining resetAt }
}`

const standingFields = `p%d: pullRequest(number: %[1]d) {
      reviewDecision
      isInMergeQueue
      reviewThreads(first: 100) { nodes { isResolved } pageInfo { hasNextPage } }
      timelineItems(itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT, HEAD_REF_FORCE_PUSHED_EVENT], last: 1) {
        nodes { __typename ... on RemovedFromMergeQueueEvent { reason } }
      }
    }
    `

func standingText(list []platform.Candidate) string {
	var pulls strings.Builder
	for _, c := range list {
		if c.Number != 0 {
			fmt.Fprintf(&pulls, standingFields, c.Number)
		}
	}
	return fmt.Sprintf(standingQuery, pulls.String())
}

// standing asks how candidates stand. A GitHub Enterprise Server older than 3.12 knows no merge queues, and is not asked for more than
// whether a pull request may be merged.
func (r *Reader) standing(ctx context.Context, owner, repo, base string, list []platform.Candidate) (standing, error) {
	var data struct{ Repository map[string]*pullStanding }
	err := r.ask(within(ctx, owner+"/"+repo), standingText(list), map[string]any{"owner": owner, "name": repo, "base": base}, &data)
	for _, e := range parts(err) {
		var refused *graphError
		switch {
		case !errors.As(e, &refused):
			return standing{}, err
		case refused.Extensions.Code == "undefinedField":
			return standing{}, nil
		case refused.at("mergeQueue"): // rulesets tell of it too
		default:
			return standing{}, err
		}
	}
	out := standing{queue: data.Repository["mergeQueue"] != nil, pulls: map[int]*pullStanding{}}
	for _, c := range list {
		if p := data.Repository[fmt.Sprintf("p%d", c.Number)]; p != nil {
			out.pulls[c.Number] = p
		}
	}
	return out, nil
}

// parts returns the errors that were joined.
func parts(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// people says what is still wanted of people. threads tells whether conversations must be resolved.
func (p pullStanding) people(threads bool) string {
	switch p.Review {
	case "CHANGES_REQUESTED":
		return "somebody asked for changes"
	case "REVIEW_REQUIRED":
		return "a review that the rules of the repository require is missing"
	}
	if !threads {
		return ""
	}
	for _, t := range p.Threads.Nodes {
		if !t.Resolved {
			return "a conversation is not resolved"
		}
	}
	if p.Threads.PageInfo.HasNextPage {
		return "there are too many conversations to see that all are resolved"
	}
	return ""
}

// ousted says why the queue put a pull request out; "" if it did not, or if it was pushed since.
func (p pullStanding) ousted() string {
	for _, e := range p.Timeline.Nodes {
		if e.Kind == "RemovedFromMergeQueueEvent" {
			if e.Reason == "" {
				return "no reason given"
			}
			return e.Reason
		}
	}
	return ""
}
