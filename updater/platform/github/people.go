package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/currant-bot/currant/updater/platform"
)

// invite assigns people to a pull request, asks them for review and puts it in its milestone, as far as that is not so yet. GitHub
// refuses a whole request for review where it does not allow one of those named, so then each is asked for alone; those that it refuses
// are in the error.
func (w *Writer) invite(ctx context.Context, owner, repo string, p *gh.PullRequest, people platform.People) error {
	have := pullOf(p).People
	var errs []error
	if names := missing(people.Assignees, have.Assignees); len(names) > 0 {
		got, _, err := w.r.api.Issues.AddAssignees(ctx, owner, repo, p.GetNumber(), names)
		if err != nil {
			return err
		}
		for _, n := range names { // GitHub passes over those whom it cannot assign
			if !slices.ContainsFunc(got.Assignees, func(u *gh.User) bool { return strings.EqualFold(u.GetLogin(), n) }) {
				errs = append(errs, fmt.Errorf("%s cannot be assigned: GitHub wants somebody who may write to the repository", n))
			}
		}
	}
	ask := gh.ReviewersRequest{Reviewers: missing(people.Reviewers, append(have.Reviewers, p.GetUser().GetLogin())), TeamReviewers: missing(people.Teams, have.Teams)}
	if err := w.ask(ctx, owner, repo, p.GetNumber(), ask); err != nil {
		errs = append(errs, err)
	}
	if people.Milestone != 0 && have.Milestone != people.Milestone {
		_, _, err := w.r.api.Issues.Edit(ctx, owner, repo, p.GetNumber(), &gh.IssueRequest{Milestone: &people.Milestone})
		if statusOf(err) == http.StatusUnprocessableEntity {
			err = fmt.Errorf("there is no open milestone with the number %d", people.Milestone)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// ask requests reviews.
func (w *Writer) ask(ctx context.Context, owner, repo string, number int, all gh.ReviewersRequest) error {
	if len(all.Reviewers)+len(all.TeamReviewers) == 0 {
		return nil
	}
	_, _, err := w.r.api.PullRequests.RequestReviewers(ctx, owner, repo, number, all)
	if statusOf(err) != http.StatusUnprocessableEntity {
		return err
	}
	if len(all.Reviewers)+len(all.TeamReviewers) == 1 {
		return fmt.Errorf("%s cannot be asked for review: %s", strings.Join(append(all.Reviewers, all.TeamReviewers...), ", "), saidOf(err))
	}
	var errs []error
	for _, n := range all.Reviewers {
		errs = append(errs, w.ask(ctx, owner, repo, number, gh.ReviewersRequest{Reviewers: []string{n}}))
	}
	for _, n := range all.TeamReviewers {
		errs = append(errs, w.ask(ctx, owner, repo, number, gh.ReviewersRequest{TeamReviewers: []string{n}}))
	}
	return errors.Join(errs...)
}

// missing returns the names that are not among those that there are.
func missing(names, there []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return slices.ContainsFunc(there, func(t string) bool { return strings.EqualFold(t, n) })
	})
}
