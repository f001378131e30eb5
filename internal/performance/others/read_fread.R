# The seconds that data.table takes to read a file, the best of some.
suppressPackageStartupMessages(library(data.table))
arguments <- commandArgs(trailingOnly = TRUE)
seconds <- sapply(seq_len(as.integer(arguments[2])), function(i) system.time(fread(arguments[1], showProgress = FALSE))[["elapsed"]])
cat(sprintf("{\"seconds\": %.4f}\n", min(seconds)))
