"""The columns of every list, by what its rows are; what a column is stands in `table`."""
