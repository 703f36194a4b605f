"""Quality figures on labelled data; each module of this package is one part, named as in the JSON."""
