package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"reflect"
	"runtime"
)

// codeOf returns the SHA-256 of the source of a function, as gofmt prints it and
// without comments, so that a teacher sees where the same was handed in twice.
// It is "" where the source can't be read.
func codeOf(f any) string {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func || v.IsNil() {
		return ""
	}
	fn := runtime.FuncForPC(v.Pointer())
	if fn == nil {
		return ""
	}
	file, line := fn.FileLine(v.Pointer())
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	var found ast.Node // the innermost function around its first instruction
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			if files.Position(n.Pos()).Line <= line && line <= files.Position(n.End()).Line {
				found = n
			}
		}
		return true
	})
	if found == nil {
		return ""
	}
	var text bytes.Buffer
	if err := format.Node(&text, token.NewFileSet(), found); err != nil {
		return ""
	}
	sum := sha256.Sum256(text.Bytes())
	return hex.EncodeToString(sum[:])
}
