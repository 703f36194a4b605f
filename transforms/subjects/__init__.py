"""About whom an article reports: humans, animals or cells; case reports, their patients, ages and sexes.

In: publication types, headings, title and abstract of documents. Out: for each document `subjects`, `is_case_report`,
`cases`, `patient_age` and `patient_sex`. Start with `describe.describe_subjects`; `patients.find_patients` gives the
expressions of a single text with their positions. The rules are in transforms/rules/subject_rules.toml.
"""
