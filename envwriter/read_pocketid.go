package envwriter

import "github.com/joho/godotenv"

// Pocket ID loads its file with godotenv 1.5.1, so godotenv itself is the rule.
// It expands $NAME from what the file has set so far, never from the environment.
var pocketIDWays = []way{{read: readPocketID}}

func readPocketID(file []byte) (map[string]string, error) {
	if err := CheckExpansion(file); err != nil {
		return nil, err
	}
	return godotenv.UnmarshalBytes(file)
}
