package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"gradlab/internal/cli"
	"gradlab/internal/safetensors"
)

// runRecord is what run.json has: how the run was made.
type runRecord struct {
	Version      string                     `json:"version"`
	Flags        map[string]json.RawMessage `json:"flags"` // every one as used
	Data         string                     `json:"data"`
	DataSHA256   string                     `json:"data_sha256"`
	LabelsSHA256 string                     `json:"data_labels_sha256,omitempty"`
	SHA256       string                     `json:"sha256"` // of all that is above, as compact JSON
}

// record returns the record of a run.
func (j *job[T]) record() *runRecord {
	r := &runRecord{Version: cli.Version(), Flags: map[string]json.RawMessage{}, Data: j.Data, DataSHA256: j.sha256, LabelsSHA256: j.labelsSHA256}
	for name, value := range cli.FlagValues(j.flags) {
		if name != "resume" {
			r.Flags[name], _ = json.Marshal(value) // a flag can be printed
		}
	}
	r.SHA256 = r.sum()
	return r
}

// sum returns the checksum of a record.
func (r *runRecord) sum() string {
	summed := *r
	summed.SHA256 = ""
	return sumOf(summed)
}

// sumOf returns the SHA-256 of a value as JSON.
func sumOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // it is all strings and JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// name names the training by what its bits follow from: a checkpoint of another
// one is not gone on from.
func (r *runRecord) name() string {
	flags := maps.Clone(r.Flags)
	for _, f := range append([]string{"out"}, changeable...) {
		delete(flags, f)
	}
	return sumOf(runRecord{Flags: flags, DataSHA256: r.DataSHA256, LabelsSHA256: r.LabelsSHA256})
}

// write writes run.json.
func (r *runRecord) write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// readRecord reads a run.json.
func readRecord(path string) (*runRecord, error) {
	text, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(runRecord)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("%s: damaged, or not of a run: %w", path, err)
	}
	if r.SHA256 != r.sum() {
		return nil, fmt.Errorf("%s: damaged, or changed by hand: its checksum does not match", path)
	}
	return r, nil
}
