// Package hostile attacks the commands with files as strangers might make them.
// There is nothing in it but tests.
package hostile
