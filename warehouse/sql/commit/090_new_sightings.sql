-- The rows to append to `sightings`: every record of the payloads, whether it changes anything or not.
SELECT
    incoming.document_id,
    incoming.version,
    incoming.digest,
    incoming.raw_file,
    incoming.raw_position
FROM incoming
ORDER BY incoming.document_id ASC, incoming.version ASC, incoming.digest ASC, incoming.raw_position ASC
