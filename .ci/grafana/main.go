// Reads a dashboard with the schemas that Grafana publishes, and refuses what they do not know:
// of the dashboard, of its two kinds of panel and of the queries to Athena.
// Usage: go run . FILE
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/athena"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func main() {
	runtime := cog.NewRuntime()
	runtime.RegisterDataqueryVariant(athena.VariantConfig())
	runtime.RegisterPanelcfgVariant(table.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())

	queries, err := check(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s:\n%s\n", os.Args[1], err)
		os.Exit(1)
	}
	fmt.Printf("%s: valid, with %d queries to Athena\n", os.Args[1], queries)
}

// How many queries to Athena the dashboard has; any other query is an error.
func check(path string) (int, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	if err := problemsOf(new(dashboard.Dashboard).UnmarshalJSONStrict(raw)); err != nil {
		return 0, err
	}
	// The strict reader leaves out the panels that it has read.
	var parsed dashboard.Dashboard
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return 0, err
	}
	if err := problemsOf(parsed.Validate()); err != nil {
		return 0, err
	}
	queries := 0
	for _, panel := range parsed.Panels {
		for _, target := range panel.Panel.Targets {
			if _, ok := target.(*athena.Dataquery); !ok {
				return 0, fmt.Errorf("%s: %T is no query to Athena", *panel.Panel.Title, target)
			}
			queries++
		}
	}
	if queries == 0 {
		return 0, fmt.Errorf("no query to Athena")
	}
	return queries, nil
}

// Where nothing is wrong, the SDK returns a list without errors, which is not nil.
func problemsOf(err error) error {
	var problems cog.BuildErrors
	if errors.As(err, &problems) && len(problems) == 0 {
		return nil
	}
	return err
}
