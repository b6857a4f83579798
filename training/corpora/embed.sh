#!/bin/sh
# Writes an assembler listing that holds the files named on the command line, with a table of (name, bytes, length) that
# training/samples.c reads. Names are paths below training/corpora/. With TABLE and FOLDER in the environment, another table of other files.
printf '    .section .rodata\n'
i=0
for file in "$@"; do
    printf 'name%d: .string "%s"\ndata%d: .incbin "%s"\nend%d: .byte 0\n' \
        "$i" "${file#"${FOLDER:-training/corpora/}"}" "$i" "$file" "$i"
    i=$((i + 1))
done
printf '    .balign 8\n    .section .data.rel.ro,"aw"\n    .balign 8\n    .globl %s\n%s:\n' "${TABLE:-sample_files}" "${TABLE:-sample_files}"
j=0
while [ "$j" -lt "$i" ]; do
    printf '    .quad name%d, data%d, end%d - data%d\n' "$j" "$j" "$j" "$j"
    j=$((j + 1))
done
printf '    .quad 0, 0, 0\n    .section .note.GNU-stack,"",@progbits\n'
