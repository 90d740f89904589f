package tracker

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// errOther is the error of an issue that is not of the project.
var errOther = fmt.Errorf("not an issue of this project: %w", errors.ErrUnsupported)

func newService(kind Kind, u *url.URL, o *Options) (service, error) {
	invalid := func(want string) (service, error) { return nil, optionError("URL", "want a URL such as "+want) }
	header := make(http.Header)
	basic := func() {
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(o.User+":"+o.Token)))
	}
	switch kind {
	case Redmine:
		base, parts, ok := project(u, 1, "projects")
		if !ok {
			return invalid("https://HOST/projects/PROJECT")
		}
		if o.User != "" {
			basic()
		} else if o.Token != "" {
			header.Set("X-Redmine-API-Key", o.Token)
		}
		return &redmine{base, parts[0], header}, nil
	case Trac:
		base := strings.TrimSuffix(u.String(), "/")
		if o.User == "" {
			return &trac{base, base + "/rpc", header}, nil
		}
		basic()
		return &trac{base, base + "/login/rpc", header}, nil
	case GitHub:
		base, parts, ok := project(u, 2)
		if !ok || strings.Count(base, "/") > 2 {
			return invalid("https://github.com/OWNER/REPOSITORY")
		}
		api := base + "/api/v3"
		if u.Host == "github.com" {
			api = "https://api.github.com"
		}
		header.Set("Accept", "application/vnd.github+json")
		header.Set("X-GitHub-Api-Version", "2022-11-28")
		if o.Token != "" {
			header.Set("Authorization", "Bearer "+o.Token)
		}
		return &github{base + escaped(parts) + "/issues/", api + "/repos" + escaped(parts) + "/issues", header}, nil
	case GitLab:
		base, parts, ok := project(u, 0)
		if !ok || len(parts) < 2 {
			return invalid("https://HOST/GROUP/PROJECT")
		}
		if o.Token != "" {
			header.Set("Private-Token", o.Token)
		}
		return &gitlab{base + escaped(parts), base + "/api/v4/projects/" + url.PathEscape(strings.Join(parts, "/")) + "/issues", header}, nil
	case Jira:
		base, parts, ok := project(u, 1, "browse", "projects")
		if !ok {
			return invalid("https://HOST/browse/PROJECT")
		}
		if o.User != "" {
			basic()
		} else if o.Token != "" {
			header.Set("Authorization", "Bearer "+o.Token)
		}
		issueType := o.IssueType
		if issueType == "" {
			issueType = "Bug"
		}
		return &jira{base, parts[0], issueType, header}, nil
	case Webhook:
		if o.User != "" {
			basic()
		} else if o.Token != "" {
			header.Set("Authorization", "Bearer "+o.Token)
		}
		return &webhook{u.String(), header}, nil
	}
	return nil, optionError("Kind", "want redmine, trac, github, gitlab, jira or webhook")
}

// number returns the number of an issue, which stands in its address behind a prefix.
func number(link, prefix string) (string, error) {
	n, found := strings.CutPrefix(link, prefix)
	if _, err := strconv.ParseUint(n, 10, 63); !found || err != nil {
		return "", errOther
	}
	return n, nil
}

// indented is a block of code in Markdown. Nothing in it can end it.
func indented(text string) string { return "    " + strings.ReplaceAll(text, "\n", "\n    ") }

// parse reads an answer.
func parse(answer []byte, to any) error {
	if err := json.Unmarshal(answer, to); err != nil {
		return errors.New("the answer is not the JSON of this kind of tracker")
	}
	return nil
}

type redmine struct {
	base, project string
	header        http.Header
}

func (*redmine) quote(text string) string {
	return "<pre>\n" + strings.ReplaceAll(text, "</", "< /") + "\n</pre>"
}

func (s *redmine) create(_ *ticketing.Ticket, title, text string) request {
	type issue struct {
		Project     string `json:"project_id"`
		Subject     string `json:"subject"`
		Description string `json:"description"`
	}
	return request{"POST", s.base + "/issues.json", s.header, struct {
		Issue issue `json:"issue"`
	}{issue{s.project, title, text}}}
}

func (s *redmine) link(answer []byte, _ http.Header) (string, error) {
	var a struct{ Issue struct{ ID int64 } }
	if err := parse(answer, &a); err != nil || a.Issue.ID == 0 {
		return "", ErrNoLink
	}
	return s.base + "/issues/" + strconv.FormatInt(a.Issue.ID, 10), nil
}

func (s *redmine) state(link string) (request, error) {
	n, err := number(link, s.base+"/issues/")
	return request{"GET", s.base + "/issues/" + n + ".json", s.header, nil}, err
}

func (s *redmine) closed(answer []byte) (bool, error) {
	var a struct {
		Issue struct {
			ClosedOn *string `json:"closed_on"` // remains when it is opened again
			Status   struct {
				IsClosed *bool `json:"is_closed"` // of newer versions
			}
		}
	}
	err := parse(answer, &a)
	if known := a.Issue.Status.IsClosed; known != nil {
		return *known, err
	}
	return a.Issue.ClosedOn != nil && *a.Issue.ClosedOn != "", err
}

type trac struct {
	base, rpc string
	header    http.Header
}

func (*trac) quote(text string) string {
	return "{{{\n" + strings.ReplaceAll(text, "}}}", "} } }") + "\n}}}"
}

type call struct {
	Method string `json:"method"`
	Params []any  `json:"params"`
}

func (s *trac) create(_ *ticketing.Ticket, title, text string) request {
	return request{"POST", s.rpc, s.header, call{"ticket.create", []any{title, text, struct{}{}, true}}}
}

// result reads the answer to a call, whose status is 200 even if it failed.
func (s *trac) result(answer []byte, to any) error {
	var a struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := parse(answer, &a); err != nil {
		return err
	}
	if a.Error != nil {
		return errors.New(clean(a.Error.Message))
	}
	return parse(a.Result, to)
}

func (s *trac) link(answer []byte, _ http.Header) (string, error) {
	var id int64
	if err := s.result(answer, &id); err != nil {
		return "", err
	}
	return s.base + "/ticket/" + strconv.FormatInt(id, 10), nil
}

func (s *trac) state(link string) (request, error) {
	n, err := number(link, s.base+"/ticket/")
	return request{"POST", s.rpc, s.header, call{"ticket.get", []any{json.Number(n)}}}, err
}

func (s *trac) closed(answer []byte) (bool, error) {
	var fields []json.RawMessage // id, times, attributes
	if err := s.result(answer, &fields); err != nil {
		return false, err
	}
	var attributes struct{ Status string }
	if len(fields) != 4 {
		return false, parse(nil, &attributes)
	}
	err := parse(fields[3], &attributes)
	return attributes.Status == "closed", err
}

type github struct {
	page, api string
	header    http.Header
}

func (*github) quote(text string) string { return indented(text) }

func (s *github) create(_ *ticketing.Ticket, title, text string) request {
	return request{"POST", s.api, s.header, struct {
		Title string `json:"title"`
		Body  string `json:"body"`
	}{title, text}}
}

func (s *github) link(answer []byte, _ http.Header) (string, error) {
	var a struct{ Number int64 }
	if err := parse(answer, &a); err != nil || a.Number == 0 {
		return "", ErrNoLink
	}
	return s.page + strconv.FormatInt(a.Number, 10), nil
}

func (s *github) state(link string) (request, error) {
	n, err := number(link, s.page)
	return request{"GET", s.api + "/" + n, s.header, nil}, err
}

func (s *github) closed(answer []byte) (bool, error) { return stateClosed(answer) }

// stateClosed reads an issue of GitHub or GitLab.
func stateClosed(answer []byte) (bool, error) {
	var a struct{ State string }
	err := parse(answer, &a)
	return a.State == "closed", err
}

type gitlab struct {
	page, api string
	header    http.Header
}

func (*gitlab) quote(text string) string { return indented(text) }

func (s *gitlab) create(_ *ticketing.Ticket, title, text string) request {
	return request{"POST", s.api, s.header, struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	}{title, text}}
}

func (s *gitlab) link(answer []byte, _ http.Header) (string, error) {
	var a struct{ IID int64 }
	if err := parse(answer, &a); err != nil || a.IID == 0 {
		return "", ErrNoLink
	}
	return s.page + "/-/issues/" + strconv.FormatInt(a.IID, 10), nil
}

func (s *gitlab) state(link string) (request, error) {
	n, err := number(strings.Replace(link, "/-/work_items/", "/-/issues/", 1), s.page+"/-/issues/")
	return request{"GET", s.api + "/" + n, s.header, nil}, err
}

func (s *gitlab) closed(answer []byte) (bool, error) { return stateClosed(answer) }

type jira struct {
	base, project, issueType string
	header                   http.Header
}

func (*jira) quote(text string) string {
	return "{noformat}\n" + strings.ReplaceAll(text, "{noformat", "{ noformat") + "\n{noformat}"
}

func (s *jira) create(_ *ticketing.Ticket, title, text string) request {
	type project struct {
		Key string `json:"key"`
	}
	type issueType struct {
		Name string `json:"name"`
	}
	type fields struct {
		Project     project   `json:"project"`
		Summary     string    `json:"summary"`
		Description string    `json:"description"`
		IssueType   issueType `json:"issuetype"`
	}
	return request{"POST", s.base + "/rest/api/2/issue", s.header, struct {
		Fields fields `json:"fields"`
	}{fields{project{s.project}, title, text, issueType{s.issueType}}}}
}

func (s *jira) link(answer []byte, _ http.Header) (string, error) {
	var a struct{ Key string }
	if err := parse(answer, &a); err != nil || a.Key == "" {
		return "", ErrNoLink
	}
	return s.base + "/browse/" + url.PathEscape(a.Key), nil
}

func (s *jira) state(link string) (request, error) {
	n, err := number(link, s.base+"/browse/"+s.project+"-")
	return request{"GET", s.base + "/rest/api/2/issue/" + s.project + "-" + n + "?fields=status", s.header, nil}, err
}

func (s *jira) closed(answer []byte) (bool, error) {
	var a struct {
		Fields struct {
			Status struct {
				Category struct{ Key string } `json:"statusCategory"`
			}
		}
	}
	err := parse(answer, &a)
	return a.Fields.Status.Category.Key == "done", err
}

type webhook struct {
	url    string
	header http.Header
}

func (*webhook) quote(text string) string { return text }

func (s *webhook) create(t *ticketing.Ticket, title, text string) request {
	type ticket struct {
		ID          int64  `json:"id"`
		Fingerprint string `json:"fingerprint"`
		App         string `json:"app"`
		Level       string `json:"level"`
		Channel     string `json:"channel"`
		Location    string `json:"location"`
		Count       int64  `json:"count"`
		FirstSeen   string `json:"first_seen"`
		LastSeen    string `json:"last_seen"`
	}
	return request{"POST", s.url, s.header, struct {
		Title  string `json:"title"`
		Text   string `json:"text"`
		Ticket ticket `json:"ticket"`
	}{title, text, ticket{
		t.ID, string(t.Fingerprint), t.AppID, t.Level.String(), t.Channel, t.Location, t.Count,
		t.FirstSeen.UTC().Format(time.RFC3339Nano), t.LastSeen.UTC().Format(time.RFC3339Nano),
	}}}
}

func (s *webhook) link(answer []byte, header http.Header) (string, error) {
	var a struct{ Link string }
	if err := parse(answer, &a); err == nil && a.Link != "" {
		return a.Link, nil
	}
	location := header.Get("Location")
	if location == "" {
		return "", ErrNoLink
	}
	return location, nil
}

func (*webhook) state(string) (request, error) {
	return request{}, fmt.Errorf("a webhook does not report the state: %w", errors.ErrUnsupported)
}

func (*webhook) closed([]byte) (bool, error) { return false, errors.ErrUnsupported }
