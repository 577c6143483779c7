package reports

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"faultline/bench"
	"faultline/reports/plot"
)

//go:embed page
var pageFiles embed.FS

// A page is what the templates show: a part each, in the order of reading.
type page struct {
	CSP, Title string
	CSS        template.CSS
	Script     template.JS
	Head       headPart
	Fronts     []frontPart   // of a run of cuts
	Overview   *overviewPart // of a run of many faults
	Gates      gatesPart
	Compare    comparePart
	Moments    []faultFigures // p99 over time
	Work       []faultFigures
	Matrix     matrixPart
	Spread     []spreadPart
	Tail       []faultFigures
	Orders     ordersPart
	Choose     choosePart
	Trust      trustPart
}

// HTML writes one page that needs nothing else: no script to be read, no network, no second file.
// The policy in its head admits its own style sheet and script by their hashes, and nothing more.
func HTML(w io.Writer, r bench.Results) error {
	tmpl, err := template.ParseFS(pageFiles, "page/*.gohtml")
	if err != nil {
		return fmt.Errorf("reading the page's templates: %w", err)
	}
	p, err := newPage(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := tmpl.ExecuteTemplate(&b, "page.gohtml", p); err != nil {
		return fmt.Errorf("rendering the page: %w", err)
	}
	_, err = io.WriteString(w, plainLines(b.String()))
	return err
}

// A pageFrame is what every page has around its parts.
type pageFrame struct {
	CSP    string
	CSS    template.CSS
	Script template.JS
}

func newFrame() (pageFrame, error) {
	css, err := pageFiles.ReadFile("page/report.css")
	if err != nil {
		return pageFrame{}, fmt.Errorf("reading the page's style: %w", err)
	}
	script, err := pageFiles.ReadFile("page/crosshair.js")
	if err != nil {
		return pageFrame{}, fmt.Errorf("reading the page's script: %w", err)
	}
	style := plot.CSS() + string(css)
	return pageFrame{policy(style, string(script)), template.CSS(style), template.JS(script)}, nil
}

func newPage(r bench.Results) (page, error) {
	frame, err := newFrame()
	if err != nil {
		return page{}, err
	}
	g := newGrid(r)
	head := newHead(r, g)
	return page{
		CSP:      frame.CSP,
		Title:    "faultline: " + head.Verdict,
		CSS:      frame.CSS,
		Script:   frame.Script,
		Head:     head,
		Fronts:   newFronts(r, g),
		Overview: newOverview(g),
		Gates:    newGates(r.Gates),
		Compare:  newCompare(r, g),
		Moments:  momentFigures(r, g),
		Work:     workFigures(r, g),
		Matrix:   newMatrix(g),
		Spread:   newSpread(g),
		Tail:     tailFigures(r, g),
		Orders:   newOrders(g),
		Choose:   newChoose(r, g),
		Trust:    newTrust(r),
	}, nil
}

// policy admits one style sheet and one script, by their hashes.
func policy(style, script string) string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		hash(style), hash(script))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
