package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sizes are those of the dimensions of an IDX file.
type sizes []uint32

// idx returns an IDX file.
func idx(kind byte, s sizes, elements string) []byte {
	file := []byte{0, 0, kind, byte(len(s))}
	for _, n := range s {
		file = binary.BigEndian.AppendUint32(file, n)
	}
	return append(file, elements...)
}

func TestReadIDX(t *testing.T) {
	images := idx(0x08, sizes{3, 2, 2}, "\x00\x01\x02\x03\x10\x11\x12\x13\xfc\xfd\xfe\xff")
	labels := idx(0x08, sizes{3}, "\x07\x00\x07")
	table, err := ReadIDX[float64]("images", bytes.NewReader(images), "labels", bytes.NewReader(labels))
	if err != nil {
		t.Fatal(err)
	}
	want := "#pixel1 #pixel2 #pixel3 #pixel4 #label\n1: 0 1 2 3 7\n2: 16 17 18 19 0\n3: 252 253 254 255 7"
	if diff := cmp.Diff(want, show(table)); diff != "" {
		t.Error(diff)
	}
	if table, err = ReadIDX[float64]("images", bytes.NewReader(pack(t, string(images))), "", nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("#pixel1 #pixel2 #pixel3 #pixel4\n1: 0 1 2 3\n2: 16 17 18 19\n3: 252 253 254 255", show(table)); diff != "" {
		t.Error(diff)
	}
}

func TestIDXTypes(t *testing.T) {
	for _, test := range []struct {
		kind     byte
		elements string
		want     string
	}{
		{0x08, "\x01\xff", "1 255"},
		{0x09, "\x01\xff", "1 -1"},
		{0x0B, "\x01\x00\xff\xfe", "256 -2"},
		{0x0C, "\x00\x01\x00\x00\xff\xff\xff\xfd", "65536 -3"},
		{0x0D, "\x3f\x80\x00\x00\xbe\x80\x00\x00", "1 -0.25"},
		{0x0E, "\x3f\xf0\x00\x00\x00\x00\x00\x00\x7f\xf8\x00\x00\x00\x00\x00\x01", "1 ∅"},
	} {
		table, err := ReadIDX[float32]("images", bytes.NewReader(idx(test.kind, sizes{1, 2}, test.elements)), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("#pixel1 #pixel2\n1: "+test.want, show(table)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestIDXErrors(t *testing.T) {
	good := string(idx(0x08, sizes{2, 1, 2}, "abcd"))
	labels := string(idx(0x08, sizes{2}, "\x00\x01"))
	for _, test := range []struct{ name, images, labels, want string }{
		{"not IDX", "a,b\n1,2\n", labels, "images: this is not an IDX file"},
		{"labels not IDX", good, "0\n1\n", "labels: this is not an IDX file"},
		{"no magic", "\x00\x00", labels, "images: this is not an IDX file"},
		{"an unknown type", "\x00\x00\x0a\x01\x00\x00\x00\x01a", labels, "images: this is not an IDX file"},
		{"too many dimensions", "\x00\x00\x08\x09", labels, "images: the file has 9 dimensions; images have 2 or 3"},
		{"an end in the header", good[:10], labels, "images: the file ends in its header"},
		{"an end in the images", good[:len(good)-1], labels, "images: the file ends after 1 of its 2 items"},
		{"more than it says", good + "e", labels, "images: the file goes on after the 2 items that its header promises"},
		{"an end in the labels", good, labels[:len(labels)-1], "labels: the file ends after 1 of its 2 items"},
		{"no images", string(idx(0x08, sizes{0, 1, 2}, "")), labels, "images: the file is empty: dimension 1 is 0"},
		{"no pixels", string(idx(0x08, sizes{2, 0, 2}, "")), labels, "images: the file is empty: dimension 2 is 0"},
		{"another number of labels", good, string(idx(0x08, sizes{3}, "abc")), "labels: the file has 3 labels, and images has 2 images"},
		{"labels of two numbers", good, string(idx(0x08, sizes{2, 2}, "abcd")), "labels: labels are single numbers, and each of these has 2"},
		{"images taken for labels", labels, good, "labels: labels are single numbers, and each of these has 2"},
		{"huge images", string(idx(0x08, sizes{2, 1 << 31, 1 << 31}, "ab")), labels, "images: an image has more than 100000 elements"},
		{"many images", string(idx(0x0E, sizes{1<<32 - 1, 300, 300}, "ab")), string(idx(0x08, sizes{1<<32 - 1}, "ab")), "labels: the file ends after 2 of its 4294967295 items"},
		{"infinity", string(idx(0x0D, sizes{1, 1}, "\x7f\x80\x00\x00")), string(idx(0x08, sizes{1}, "a")), "images: item 1: +Inf is too large to train with (the limit is 1e+100)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadIDX[float64]("images", strings.NewReader(test.images), "labels", strings.NewReader(test.labels))
			if err == nil || err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

// Files are read in blocks of 2¹⁸ bytes; nothing may change at their ends, and a
// bad item is reported although later blocks are being read.
func TestIDXBlocks(t *testing.T) {
	const items = 9000
	pixels := strings.Repeat("\x3f\x80\x00\x00\xbe\x80\x00\x00", items*10/2)
	table, err := ReadIDX[float64]("images", bytes.NewReader(idx(0x0D, sizes{items, 10}, pixels)), "labels", bytes.NewReader(idx(0x08, sizes{items}, strings.Repeat("\x07\x00", items/2))))
	if err != nil {
		t.Fatal(err)
	}
	for k, x := range table.Numbers.Data {
		if want := []float64{1, -0.25, 1, -0.25, 1, -0.25, 1, -0.25, 1, -0.25, 7, 1, -0.25, 1, -0.25, 1, -0.25, 1, -0.25, 1, -0.25, 0}[k%22]; x != want {
			t.Fatalf("element %d is %v, not %v", k, x, want)
		}
	}
	for _, item := range []int{0, 3000, 8999} {
		at := item * 40
		_, err := ReadIDX[float64]("images", strings.NewReader(string(idx(0x0D, sizes{items, 10}, pixels[:at]+"\x7f\x80\x00\x00"+pixels[at+4:]))), "", nil)
		if want := fmt.Sprintf("images: item %d: +Inf is too large to train with (the limit is 1e+100)", item+1); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
		_, err = ReadIDX[float64]("images", strings.NewReader(string(idx(0x0D, sizes{items, 10}, pixels[:at]))), "", nil)
		if want := fmt.Sprintf("images: the file ends after %d of its 9000 items", item); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// A header alone does not make us allocate what it promises.
func TestIDXAllocatesForWhatIsThere(t *testing.T) {
	promise := string(idx(0x08, sizes{1 << 30, 1, 2}, "abcd"))
	for _, file := range []io.Reader{strings.NewReader(promise), bytes.NewReader(pack(t, promise)), io.MultiReader(strings.NewReader(promise))} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := ReadIDX[float64]("images", file, "", nil); err == nil {
			t.Error("no error")
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%d bytes allocated", n)
		}
	}
}

func TestFashionMNIST(t *testing.T) {
	const folder = "/usr/share/datasets/fashion-mnist"
	images, labels := filepath.Join(folder, "t10k-images-idx3-ubyte.gz"), filepath.Join(folder, "t10k-labels-idx1-ubyte.gz")
	if _, err := os.Stat(images); err != nil {
		t.Skip("needs the Debian package dataset-fashion-mnist: ", err)
	}
	table, err := Open[float32](images, labels, CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	set, enc, err := table.Encode(Spec{Outputs: 10})
	if err != nil {
		t.Fatal(err)
	}
	if set.X.Rows != 784 || set.Len() != 10000 || enc.String() != "classification of label (0, 1, 2, 3, 4, 5, 6, 7, 8 and 9) from 784 inputs" {
		t.Errorf("%d×%d, %s", set.X.Rows, set.Len(), enc)
	}
	if diff := cmp.Diff([]int{9, 2, 1, 1, 6}, set.Classes()[:5]); diff != "" {
		t.Error(diff)
	}
}
