package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gradlab/internal/atomicfile"
	"gradlab/internal/cli"
	"gradlab/internal/quote"
	"gradlab/optim"
)

// changeable are the flags that may be others when a run goes on: none of them
// changes what was computed before.
var changeable = []string{"epochs", "checkpoint-every", "on-nan", "data", "data-labels", "test", "test-labels", "json", "check-gradients"}

// resumption is a run that is gone on with.
type resumption struct {
	folder *folder
	record *runRecord
	epochs int // that it was to have
}

// resume locks the folder of the run to go on with and returns its flags, changed
// as the command line says.
func (f *flags) resume() (*flags, *resumption, error) {
	folder, err := openFolder(f.Resume)
	if err != nil {
		return nil, nil, fmt.Errorf("--resume: %w", err)
	}
	record, err := readRecord(folder.file(runFile))
	if err == nil {
		var merged *flags
		if merged, err = f.merge(record); err == nil {
			made := new(flags)
			cli.SetFlagValues(made, record.Flags)
			return merged, &resumption{folder, record, made.Epochs}, nil
		}
	}
	folder.close()
	return nil, nil, err
}

// merge returns the flags of a run, changed as the command line says.
func (f *flags) merge(record *runRecord) (*flags, error) {
	given := cli.FlagValues(f)
	values := map[string]json.RawMessage{}
	for name, made := range record.Flags {
		now, _ := json.Marshal(given[name])
		values[name] = made
		switch {
		case name == "json", name == "check-gradients": // not remembered
			values[name] = now
		case !slices.Contains(f.given, name) || string(now) == string(made):
		case slices.Contains(changeable, name):
			values[name] = now
		default:
			return nil, fmt.Errorf("--%s %s: the run was made with %s, and goes on with that: of its flags only --%s can be changed", name, now, made, strings.Join(changeable, ", --"))
		}
	}
	merged := new(flags)
	return merged, cli.SetFlagValues(merged, values)
}

// sameData refuses to go on with other data.
func (j *job[T]) sameData() error {
	if j.from == nil {
		return nil
	}
	for _, file := range []struct{ flag, name, was, is string }{
		{"data", j.Data, j.from.record.DataSHA256, j.sha256},
		{"data-labels", j.DataLabels, j.from.record.LabelsSHA256, j.labelsSHA256},
	} {
		if file.was != file.is {
			return fmt.Errorf("%s is not what it was when the run began (its SHA-256 was %.16s…, it is %.16s…): a run goes on with the same data only. If they are elsewhere now, --%s FILE says where",
				file.name, file.was, file.is, file.flag)
		}
	}
	return nil
}

// sameSchedule refuses another number of epochs where the bits depend on it.
func (j *job[T]) sameSchedule(schedule optim.Schedule) error {
	if j.from == nil || j.Epochs == j.from.epochs {
		return nil
	}
	was := *j.flags
	was.Epochs = j.from.epochs
	if s, _ := was.schedule(stepsOf(j.train.Len(), j.Batch)); j.wholeSet() || s != schedule {
		return fmt.Errorf("--epochs %d: the run was begun with %d, and --optimizer %s --schedule %s go by the number of epochs: it would be another run", j.Epochs, j.from.epochs, j.Optimizer, j.Schedule)
	}
	return nil
}

// open makes the folder of the run, or finds the last checkpoint of one that is
// gone on with.
func (j *job[T]) open() (err error) {
	record := j.record()
	if j.from == nil {
		if j.out, err = newFolder(j.outName(), record.write); err != nil {
			return err
		}
	} else if record.SHA256 != j.from.record.SHA256 {
		if err := atomicfile.Write(j.out.file(runFile), record.write); err != nil {
			return fmt.Errorf("can't write the run: %w", err)
		}
	}
	j.trainer.Checkpoints, _ = j.checkpoints()
	j.trainer.Checkpoints.Path, j.trainer.Checkpoints.Run = j.out.file(checkpointFile), record.name()
	if j.from == nil {
		return nil
	}
	if was := j.from.record.Version; was != record.Version {
		fmt.Fprintf(j.stderr, "train: %s was made by version %s, this is %s: the results may not have the same bits\n", quote.Name(j.out.path), was, record.Version)
	}
	return j.findCheckpoint()
}

// findCheckpoint finds where to go on from, and says so.
func (j *job[T]) findCheckpoint() error {
	last, damaged := j.trainer.Checkpoints.Load()
	if damaged != nil {
		fmt.Fprintf(j.stderr, "train: %s\n", strings.ReplaceAll(damaged.Error(), "\n", "\ntrain: "))
	}
	j.trainer.From = last
	switch {
	case last == nil && damaged == nil:
		fmt.Fprintf(j.text, "%s has no checkpoint yet: it begins anew\n\n", quote.Name(j.out.path))
	case last == nil:
		fmt.Fprintf(j.text, "%s has no checkpoint that is whole: it begins anew\n\n", quote.Name(j.out.path))
	case j.Epochs < last.Epoch:
		return fmt.Errorf("--epochs %d: the run has made %d already", j.Epochs, last.Epoch)
	case j.finished():
		fmt.Fprintf(j.text, "%s is finished: it has made its %s, step %d. There is nothing left to train\n", quote.Name(j.out.path), epochs(last.Epoch), last.Step)
	default:
		fmt.Fprintf(j.text, "%s goes on after %s, step %d\n\n", quote.Name(j.out.path), epochs(last.Epoch), last.Step)
	}
	return nil
}

// finished reports whether the run that is gone on with has come to its end: it
// has made all epochs, or ended before by itself.
func (j *job[T]) finished() bool {
	last := j.trainer.From
	return last != nil && last.Finished && (j.Epochs == j.from.epochs || last.Epoch < j.from.epochs)
}

func epochs(n int) string {
	if n == 1 {
		return "1 epoch"
	}
	return fmt.Sprintf("%d epochs", n)
}

// howToResume returns what makes the run go on.
func (j *job[T]) howToResume() string { return "train --resume " + quote.Name(j.out.path) }

// kept adds to an error of a write how to go on once its cause is mended.
func (j *job[T]) kept(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w.\nWhat was kept before is whole: %s goes on with it", err, j.howToResume())
}
