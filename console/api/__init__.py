"""HTTP towards the admin API. Nothing here knows Qt; every call blocks and belongs into a job."""
