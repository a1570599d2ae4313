// Smtp-wizard sets up mail for Pocket ID: it finds a relay's settings and the
// EHLO identity that the relay accepts, proves that a message arrives, and
// writes a correct .env.
package main

import (
	"os"

	"smtp-wizard/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], command.System()))
}
