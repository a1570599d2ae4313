package command

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"smtp-wizard/presets"
)

// presetJSON is one provider in the JSON of presets. Its shape is a contract.
type presetJSON struct {
	ID        string                 `json:"id"`
	Name      string                 `json:"name"`
	Category  string                 `json:"category"`
	Hosts     list[presets.Host]     `json:"hosts"`
	Endpoints list[presets.Endpoint] `json:"endpoints"`
	Username  string                 `json:"username"`
	Password  string                 `json:"password"`
	From      string                 `json:"from"`
	Notes     string                 `json:"notes"`
	DocURL    string                 `json:"doc_url"`
	Usable    bool                   `json:"usable"`
}

func newPresets(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "presets [FILTER]",
		Short: "List the mail providers that the wizard knows",
		Long: "List the mail providers that the wizard knows, or those that names, hosts, regions\n" +
			"or an address find.",
		Example: "  smtp-wizard presets ses frankfurt\n  smtp-wizard presets me@gmx.de",
		RunE: func(_ *cobra.Command, args []string) error {
			found := presets.Filter(strings.Join(args, " "))
			if len(found) == 0 && !o.json {
				fmt.Fprintln(o.Err, "No provider matches. For a relay that is not in the table, "+
					"use \"Another SMTP server\" in the wizard, or apply --host.")
				return nil
			}
			return o.print(presetsJSON(found), func(w io.Writer) { printPresets(w, found) })
		},
	}
}

func presetsJSON(found []presets.Preset) list[presetJSON] {
	var out list[presetJSON]
	for _, p := range found {
		out = append(out, presetJSON{
			ID: p.ID, Name: p.Name, Category: p.Category, Hosts: p.Hosts, Endpoints: p.Endpoints,
			Username: p.Username, Password: p.Password, From: p.From, Notes: p.Notes, DocURL: p.DocURL, Usable: p.Usable,
		})
	}
	return out
}

func printPresets(w io.Writer, found []presets.Preset) {
	rows := [][]string{{"ID", "NAME", "HOST", "PORT", "TLS"}}
	for _, p := range found {
		if !p.Usable {
			rows = append(rows, []string{p.ID, p.Name, "not usable with Pocket ID"})
			continue
		}
		e := p.Recommended()
		rows = append(rows, []string{p.ID, p.Name, p.DefaultHost(), strconv.Itoa(e.Port), e.TLS})
	}
	printRows(w, rows)
}
