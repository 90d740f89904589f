// Package tracker creates issues for tickets in Redmine, Trac, GitHub, GitLab, Jira, or by a
// webhook.
//
//	t, err := tracker.New(tracker.GitHub, "https://github.com/lab/app", &tracker.Options{Token: token})
//	...
//	link, err := t.Create(ctx, ticket)
//	...
//	err = store.Act(ctx, ticket.ID, &ticketing.Action{Kind: ticketing.EventLinked, Actor: "anna", Link: link})
//
// Package follow creates issues by rule, and solves tickets whose issues were closed.
//
// # Addresses
//
// Only addresses of the public internet are connected to, unless [Options.AllowLocal] is set:
// whoever may choose a tracker should not reach the services of the machine and its network. They
// are checked when a connection is made, after the look-up of the name, so that a name that changes
// its address does not help. Redirects are not followed.
//
// # Texts
//
// What a ticket says comes from records, and so perhaps from strangers. In the text of an issue it
// stands in a block that the tracker does not interpret, so that it cannot mention people or
// refer to other issues.
package tracker
