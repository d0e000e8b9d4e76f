-- Of Airflow's own database: since when what is not over has been there.

-- A run that was cleared begins anew, its tasks that were not keep their dates.

-- name: oldest_unfinished
SELECT min(since)
FROM (
    SELECT least(run.run_after, run.queued_at, run.start_date, run.created_at) AS since
    FROM dag_run AS run
    WHERE run.state NOT IN ('success', 'failed')
    UNION ALL
    SELECT least(task.start_date, task.queued_dttm)
    FROM task_instance AS task
    JOIN dag_run AS run USING (dag_id, run_id)
    WHERE run.state NOT IN ('success', 'failed')
) AS unfinished;
