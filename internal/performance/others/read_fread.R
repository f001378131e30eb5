# The seconds that data.table takes to read a file, on all processors: it takes
# half of them unless told otherwise.
suppressPackageStartupMessages(library(data.table))
setDTthreads(0)
file <- commandArgs(trailingOnly = TRUE)[1]
start <- Sys.time()
table <- fread(file, showProgress = FALSE)
cat(sprintf("{\"seconds\": %.4f}\n", as.numeric(difftime(Sys.time(), start, units = "secs"))))
