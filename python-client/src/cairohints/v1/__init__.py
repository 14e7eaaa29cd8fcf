"""The messages of package `cairohints.v1`, generated from `proto/`. Nothing here is written by hand."""
