"""The programme on paper: booklet, grids, door sheets, tents, signs. Values in, bytes out."""
