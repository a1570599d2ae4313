package command

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"smtp-wizard/presets"
)

// presetJSON is one provider in the JSON of presets. Its shape is a contract.
type presetJSON struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Category  string             `json:"category"`
	Hosts     []presets.Host     `json:"hosts"`
	Endpoints []presets.Endpoint `json:"endpoints"`
	Username  string             `json:"username"`
	Password  string             `json:"password"`
	From      string             `json:"from"`
	Notes     string             `json:"notes"`
	DocURL    string             `json:"doc_url"`
	Usable    bool               `json:"usable"`
}

func newPresets(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "presets [FILTER]",
		Short: "List the mail providers that the wizard knows",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			list := presets.All()
			if len(args) > 0 {
				list = presets.Filter(args[0])
			}
			if o.json {
				return printPresetsJSON(o, list)
			}
			return printPresets(o, list)
		},
	}
}

func printPresetsJSON(o *options, list []presets.Preset) error {
	out := []presetJSON{}
	for _, p := range list {
		one := presetJSON{
			ID: p.ID, Name: p.Name, Category: p.Category, Hosts: p.Hosts, Endpoints: p.Endpoints,
			Username: p.Username, Password: p.Password, From: p.From, Notes: p.Notes, DocURL: p.DocURL, Usable: p.Usable,
		}
		if one.Hosts == nil {
			one.Hosts = []presets.Host{}
		}
		if one.Endpoints == nil {
			one.Endpoints = []presets.Endpoint{}
		}
		out = append(out, one)
	}
	return printJSON(o.Out, out)
}

func printPresets(o *options, list []presets.Preset) error {
	if len(list) == 0 {
		fmt.Fprintln(o.Err, "No provider matches. A relay that is in no table is `--preset custom`, or \"Another SMTP server\" in the wizard.")
		return nil
	}
	t := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tHOST\tPORT\tTLS")
	for _, p := range list {
		e := p.Recommended()
		if !p.Usable {
			fmt.Fprintf(t, "%s\t%s\tnot usable with Pocket ID\t\t\n", p.ID, p.Name)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\n", p.ID, p.Name, p.DefaultHost(), e.Port, e.TLS)
	}
	return t.Flush()
}
