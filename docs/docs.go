// Package docs holds the documents of the project and the tests that keep them
// true.
package docs

//go:generate go run ../internal/figures
