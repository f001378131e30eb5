package nn

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gradlab/internal/quote"
	"gradlab/internal/safetensors"
	"gradlab/matrix"
)

// Checkpoints says where Fit keeps the state of a training, and how often: when
// it ends, when its context does, and on the way as Steps and Every say. L-BFGS
// can go on only from where it forgets its memory, every 50 iterations; there
// they are looked at.
type Checkpoints struct {
	Path string // of the file; the one before it stays beside it
	// Run names the training: a checkpoint of another name is not gone on from.
	Run string

	Steps    int           // a checkpoint after every so many steps; 0: not by steps
	Every    time.Duration // and after the first step after this time; 0: not by time
	AtEpochs bool          // with Every: only at the end of an epoch, and so that it takes a fiftieth of the time at most
}

// Checkpoint is the state of a training, from which Fit goes on.
type Checkpoint struct {
	Epoch, Step int  // ended, and made
	Bad         int  // steps that were not made, as Trainer.OnNaN says
	Finished    bool // it was the end of the training
	History     History

	made, goodMade, badInARow int
	lr, firstLoss             float64
	best                      int

	newest bool // it is not the one before a damaged one
	file   *safetensors.File
}

// checkpointVersion is the version of the format: a safetensors file with a
// checksum. It has the weights and the state of the network and of the optimizer;
// in the middle of an epoch those at its beginning, too ("good"), with patience
// the best weights ("best"), and the history, a column an epoch.
const checkpointVersion = "1"

// CheckpointError says that a checkpoint could not be written. What was kept
// before is still there.
type CheckpointError struct {
	Step int // that it would have been of
	Err  error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("can't write the checkpoint of step %d: %v", e.Step, e.Err)
}
func (e *CheckpointError) Unwrap() error { return e.Err }

// previous is where the checkpoint before the newest is.
func (c *Checkpoints) previous() string {
	ext := filepath.Ext(c.Path)
	return strings.TrimSuffix(c.Path, ext) + "-previous" + ext
}

// Load returns the newest checkpoint that is whole, or nil. The error says what
// is wrong with those that are newer.
func (c *Checkpoints) Load() (*Checkpoint, error) {
	var damaged []error
	for _, path := range []string{c.Path, c.previous()} {
		bytes, err := safetensors.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			var found *Checkpoint
			if found, err = parseCheckpoint(bytes, c.Run); err == nil {
				found.newest = path == c.Path
				return found, errors.Join(damaged...)
			}
			err = fmt.Errorf("%s: %w", path, err)
		}
		damaged = append(damaged, err)
	}
	return nil, errors.Join(damaged...)
}

// parseCheckpoint reads all of a checkpoint but the tensors.
func parseCheckpoint(bytes []byte, run string) (*Checkpoint, error) {
	file, err := safetensors.Parse(bytes)
	if err != nil {
		return nil, fmt.Errorf("not a checkpoint, or a damaged one: %w", err)
	}
	switch v := file.Metadata["gradlab-checkpoint"]; {
	case !file.Summed:
		return nil, errors.New("not a checkpoint, or a damaged one: its checksum is missing")
	case v == "":
		return nil, errors.New("not a checkpoint of gradlab")
	case v != checkpointVersion:
		return nil, fmt.Errorf("a checkpoint of format version %s; this program reads version %s", quote.Text(v), checkpointVersion)
	case file.Metadata["run"] != run:
		return nil, errors.New("a checkpoint of another run")
	}
	c := &Checkpoint{file: file}
	if err := c.readNumbers(file.Metadata); err != nil {
		return nil, err
	}
	if err := c.readHistory(); err != nil {
		return nil, err
	}
	return c, nil
}

// readNumbers reads the numbers in the metadata.
func (c *Checkpoint) readNumbers(metadata map[string]string) error {
	for key, to := range map[string]*int{
		"epoch": &c.Epoch, "step": &c.Step, "best_epoch": &c.best,
		"made": &c.made, "good_made": &c.goodMade, "bad": &c.Bad, "bad_in_a_row": &c.badInARow,
	} {
		n, err := strconv.Atoi(metadata[key])
		if err != nil || n < 0 && (key != "best_epoch" || n != -1) {
			return fmt.Errorf("its %s is %s", key, quote.Text(metadata[key]))
		}
		*to = n
	}
	for key, to := range map[string]*float64{"learning_rate": &c.lr, "first_loss": &c.firstLoss} {
		var err error
		if *to, err = strconv.ParseFloat(metadata[key], 64); err != nil {
			return fmt.Errorf("its %s is %s", key, quote.Text(metadata[key]))
		}
	}
	c.Finished = metadata["finished"] == "true"
	if c.best >= c.Epoch || c.made > c.Step || c.goodMade > c.made {
		return fmt.Errorf("epoch %d, step %d, best epoch %d and %d steps made don't go together", c.Epoch, c.Step, c.best, c.made)
	}
	return nil
}

// historyRows is what a column of the history in a file has.
const historyRows = 12

// historyMatrix returns the history as a matrix.
func historyMatrix(h History) *matrix.Matrix[float64] {
	m := matrix.New[float64](historyRows, len(h))
	for j, e := range h {
		sampled, val := 0.0, Scores{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
		if e.Sampled {
			sampled = 1
		}
		hasVal := 0.0
		if e.Val != nil {
			hasVal, val = 1, *e.Val
		}
		copy(m.Col(j), []float64{
			float64(e.Step), e.LR, sampled, hasVal,
			e.Train.Loss, e.Train.Accuracy, e.Train.R2, e.Train.RMSE,
			val.Loss, val.Accuracy, val.R2, val.RMSE,
		})
	}
	return m
}

// readHistory is the inverse of historyMatrix.
func (c *Checkpoint) readHistory() error {
	if c.Epoch == 0 {
		return nil
	}
	if rows, cols := c.file.Shape("history"); rows != historyRows || cols != c.Epoch {
		return fmt.Errorf("its history is %d×%d for %d epochs", rows, cols, c.Epoch)
	}
	m := matrix.New[float64](historyRows, c.Epoch)
	if err := safetensors.Read(c.file, "history", m); err != nil {
		return err
	}
	for j := range c.Epoch {
		x := m.Col(j)
		e := Epoch{
			Epoch: j + 1, Step: int(x[0]), LR: x[1], Sampled: x[2] == 1,
			Train: Scores{Loss: x[4], Accuracy: x[5], R2: x[6], RMSE: x[7]},
		}
		if x[3] == 1 {
			e.Val = &Scores{Loss: x[8], Accuracy: x[9], R2: x[10], RMSE: x[11]}
		}
		c.History = append(c.History, e)
	}
	return nil
}
