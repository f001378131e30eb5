package matcalc

import (
	"bytes"
	"encoding/json"
)

// pairs calls each with every name and value of a JSON object, or of a list of
// [name, value], in order.
func pairs(data []byte, what string, each func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	token, err := d.Token()
	if err != nil || token == nil {
		return err
	}
	bad := errorf(BadDeclaration, "%s must be an object of names, or a list of [name, declaration]", what)
	switch token {
	case json.Delim('{'):
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			var value json.RawMessage
			if err := d.Decode(&value); err != nil {
				return err
			}
			if err := each(key.(string), value); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for d.More() {
			var pair []json.RawMessage
			var name string
			if d.Decode(&pair) != nil || len(pair) != 2 || json.Unmarshal(pair[0], &name) != nil {
				return bad
			}
			if err := each(name, pair[1]); err != nil {
				return err
			}
		}
	default:
		return bad
	}
	return nil
}

// UnmarshalJSON reads {"X": {"shape": ["m", "n"], "props": [...]}, ...} or a
// list of [name, declaration].
func (vs *Variables) UnmarshalJSON(data []byte) error {
	return pairs(data, "vars", func(name string, value json.RawMessage) error {
		var v struct {
			Shape []json.RawMessage `json:"shape"`
			Props []string          `json:"props"`
		}
		if err := json.Unmarshal(value, &v); err != nil {
			return errorf(BadDeclaration, "the declaration of %s must be like {\"shape\": [\"m\", \"n\"], \"props\": [\"symmetric\"]}", brief(name))
		}
		variable := Variable{Name: name, Props: v.Props}
		for _, side := range v.Shape {
			var text string
			if json.Unmarshal(side, &text) != nil {
				text = string(side)
			}
			variable.Shape = append(variable.Shape, text)
		}
		*vs = append(*vs, variable)
		return nil
	})
}

// UnmarshalJSON reads [["Y", "A*X"], ...].
func (ds *Definitions) UnmarshalJSON(data []byte) error {
	return pairs(data, "where", func(name string, value json.RawMessage) error {
		d := Definition{Name: name}
		if json.Unmarshal(value, &d.Expr) != nil {
			return errorf(BadDeclaration, "the definition of %s must be an expression in quotes", brief(name))
		}
		*ds = append(*ds, d)
		return nil
	})
}

// UnmarshalJSON reads {"sigma": {"kind": "elementwise", "deriv": ...}, ...} or
// a list of [name, declaration].
func (fs *Functions) UnmarshalJSON(data []byte) error {
	return pairs(data, "functions", func(name string, value json.RawMessage) error {
		var f struct {
			Kind    string    `json:"kind"`
			Deriv   string    `json:"deriv"`
			Args    []string  `json:"args"`
			Grads   []*string `json:"grads"`
			Numeric struct {
				Value string    `json:"value"`
				Deriv string    `json:"deriv"`
				Grads []*string `json:"grads"`
			} `json:"numeric"`
		}
		if err := json.Unmarshal(value, &f); err != nil {
			return errorf(BadDeclaration, "the declaration of the function %s can't be read: %v", brief(name), err)
		}
		if f.Kind != "elementwise" && f.Kind != "scalar" {
			return errorf(BadDeclaration, "the function %s is of kind %q; kinds are elementwise and scalar", brief(name), brief(f.Kind))
		}
		*fs = append(*fs, Function{
			Name: name, Elementwise: f.Kind == "elementwise", Deriv: f.Deriv, Args: f.Args, Grads: texts(f.Grads),
			Value: f.Numeric.Value, DerivBody: f.Numeric.Deriv, GradBody: texts(f.Numeric.Grads),
		})
		return nil
	})
}

// texts returns strings with "" for what is null.
func texts(ps []*string) []string {
	var ss []string
	for _, p := range ps {
		if p == nil {
			p = new(string)
		}
		ss = append(ss, *p)
	}
	return ss
}
