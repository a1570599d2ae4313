// Package pocketid is what is known of Pocket ID, the identity server: its
// versions, the variables it reads, the name each version announces to a relay,
// and how it is installed on a machine.
//
// All of it is pure, except NewKey and the detect files, which reach the file
// system through functions that are handed in.
package pocketid
