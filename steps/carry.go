package steps

import (
	"context"
	"fmt"

	"smtp-wizard/pocketid/api"
	"smtp-wizard/wizard"
)

// carry reads what was set in the admin UI, which counts no more once it is locked.
func (w World) carry(ctx context.Context, r FileRequest) ([]api.Setting, error) {
	if r.APIKey.Empty() || r.LockUI != "yes" {
		return nil, nil
	}
	w.Masker.Add("", r.APIKey.Reveal())
	settings, err := api.Changed(ctx, r.AppURL, r.APIKey, w.RootCAs)
	if err != nil {
		return nil, fmt.Errorf("nothing was carried over: %w", err)
	}
	return settings, nil
}

// carryField asks for what it takes to lose nothing that was set in the UI.
func carryField(a Answers) wizard.Field {
	return wizard.Field{Name: "api_key", Label: "API key", Kind: wizard.SecretField, Kept: !a.APIKey.Empty(),
		Note: "Optional: with an admin's API key, what was set in the UI is read from " + a.AppURL + " and put into the file.",
		Help: wizard.Help{What: "A key of an admin (Settings, API Keys). It is used for this one question and kept nowhere. " +
			"Settings that differ from their defaults then show up in the changes, mail's aside, which the pages before have asked."}}
}
