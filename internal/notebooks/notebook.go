package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// A notebook is a file of nbformat 4.5.
type notebook struct {
	Cells         []nbCell       `json:"cells"`
	Metadata      map[string]any `json:"metadata"`
	NBFormat      int            `json:"nbformat"`
	NBFormatMinor int            `json:"nbformat_minor"`
}

type nbCell struct {
	Type     string
	ID       string
	Metadata struct {
		Tags []string `json:"tags,omitempty"`
	}
	Source  text
	Count   *int     // of a code cell, if it was executed
	Outputs []output // of a code cell
}

// output is one of four types: stream, display_data, execute_result, error.
type output struct {
	Type      string          `json:"output_type"`
	Name      string          `json:"name,omitempty"`
	Text      text            `json:"text,omitempty"`
	Count     *int            `json:"execution_count,omitempty"`
	Data      map[string]text `json:"data,omitempty"`
	EName     string          `json:"ename,omitempty"`
	EValue    string          `json:"evalue,omitempty"`
	Traceback []string        `json:"traceback,omitempty"`
}

// text is a string in Go, and in the file a string or a list of lines.
type text string

func (t text) MarshalJSON() ([]byte, error) {
	return marshal(lines(string(t)))
}

func (t *text) UnmarshalJSON(b []byte) error {
	var parts []string
	if err := json.Unmarshal(b, &parts); err == nil {
		*t = text(strings.Join(parts, ""))
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// lines cuts a text after each newline.
func lines(s string) []string {
	parts := strings.SplitAfter(s, "\n")
	if parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

func (c nbCell) MarshalJSON() ([]byte, error) {
	m := map[string]any{"cell_type": c.Type, "id": c.ID, "metadata": c.Metadata, "source": c.Source}
	if c.Type == "code" {
		m["execution_count"] = c.Count
		m["outputs"] = append([]output{}, c.Outputs...)
	}
	return marshal(m)
}

func (c *nbCell) UnmarshalJSON(b []byte) error {
	var m struct {
		Type     string `json:"cell_type"`
		ID       string `json:"id"`
		Metadata struct {
			Tags []string `json:"tags"`
		} `json:"metadata"`
		Source  text     `json:"source"`
		Count   *int     `json:"execution_count"`
		Outputs []output `json:"outputs"`
	}
	err := json.Unmarshal(b, &m)
	c.Type, c.ID, c.Source, c.Count, c.Outputs = m.Type, m.ID, m.Source, m.Count, m.Outputs
	c.Metadata.Tags = m.Metadata.Tags
	return err
}

// MarshalJSON writes the fields that the type of output requires, even empty.
func (o output) MarshalJSON() ([]byte, error) {
	m := map[string]any{"output_type": o.Type}
	switch o.Type {
	case "stream":
		m["name"], m["text"] = o.Name, o.Text
	case "error":
		m["ename"], m["evalue"], m["traceback"] = o.EName, o.EValue, append([]string{}, o.Traceback...)
	default:
		data, metadata := map[string]any{}, map[string]any{}
		for mime, t := range o.Data {
			data[mime] = t
			if picture, err := o.picture(); mime == pngType && err == nil {
				data[mime] = strings.TrimSpace(string(t))
				metadata[mime] = map[string]any{"width": picture.Bounds().Dx() / 2} // pictures have two dots a pixel
			}
		}
		m["data"], m["metadata"] = data, metadata
		if o.Type == "execute_result" {
			m["execution_count"] = o.Count
		}
	}
	return marshal(m)
}

// newNotebook returns the notebook of a lab, without outputs.
func newNotebook(l *lab) *notebook {
	nb := &notebook{
		NBFormat: 4, NBFormatMinor: 5,
		Metadata: map[string]any{
			"kernelspec":    map[string]any{"display_name": "Go (gonb)", "language": "go", "name": "gonb"},
			"language_info": map[string]any{"codemirror_mode": "go", "file_extension": ".go", "mimetype": "text/x-go", "name": "go", "pygments_lexer": "go"},
		},
	}
	for i, c := range l.cells {
		n := nbCell{Type: "markdown", ID: fmt.Sprintf("%s-%03d", l.name[:2], i+1), Source: text(c.text())}
		if c.code {
			n.Type = "code"
		}
		if c.varies {
			n.Metadata.Tags = []string{"varies"}
		}
		nb.Cells = append(nb.Cells, n)
	}
	return nb
}

// encode returns the bytes of the file, with the indentation of Jupyter.
func (nb *notebook) encode() ([]byte, error) {
	b, err := marshal(nb)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", " "); err != nil {
		return nil, err
	}
	return append(out.Bytes(), '\n'), nil
}

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func readNotebook(path string) (*notebook, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	nb := &notebook{}
	if err := json.Unmarshal(b, nb); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nb, nil
}

// stripped returns the notebook without what an execution adds.
func (nb *notebook) stripped() *notebook {
	c := *nb
	c.Cells = append([]nbCell{}, nb.Cells...)
	for i := range c.Cells {
		c.Cells[i].Count, c.Cells[i].Outputs = nil, nil
	}
	return &c
}

// from takes over what another execution of the same notebook has put out.
// Neighbouring pieces of the same stream become one.
func (nb *notebook) from(executed *notebook) error {
	if len(executed.Cells) != len(nb.Cells) {
		return fmt.Errorf("%d cells went in, %d came out", len(nb.Cells), len(executed.Cells))
	}
	for i, c := range executed.Cells {
		nb.Cells[i].Count, nb.Cells[i].Outputs = c.Count, nil
		for _, o := range c.Outputs {
			kept := nb.Cells[i].Outputs
			if n := len(kept); o.Type == "stream" && n > 0 && kept[n-1].Type == "stream" && kept[n-1].Name == o.Name {
				kept[n-1].Text += o.Text
				continue
			}
			nb.Cells[i].Outputs = append(kept, o)
		}
	}
	return nil
}
