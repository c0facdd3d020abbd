//! What every back end promises. A back end joins by implementing [`Backend`] and one line at the end of this file.

#![expect(clippy::unwrap_used, reason = "cases are plain functions, which clippy does not take for tests")]

mod amendments;
mod care;
mod channels;
mod conversations;
mod cursors;
mod decisions;
mod files;
mod fixtures;
mod homes;
mod leave_messages;
mod log;
mod model;
mod moderation;
mod nodes;
mod notices;
mod operation;
mod people;
#[path = "../postgres_instance/mod.rs"]
mod postgres_instance;
mod queues;
mod reports;
mod retained;
mod retention;
mod search;
mod service_keys;
mod sessions;
mod tokens;
mod webhooks;
mod work;
mod writers;

use deskwire_store::{PostgresOptions, SqliteOptions, Store};
use tempfile::TempDir;

/// A database that can be opened again and again.
trait Backend {
    /// Whether there is what it needs; if not, that is told, and its cases are skipped.
    fn is_there() -> bool {
        true
    }
    /// An empty database.
    fn new() -> Self;
    /// Opens it, closed or open.
    async fn open(&self) -> Store;
    /// Whether the numbers of what was not kept in the end are not given again.
    fn skips_numbers(&self) -> bool {
        false
    }
    /// Makes the database itself fail when a message called `uid` is inserted.
    fn fail_on(&self, uid: &str);
}

struct SqliteBackend(TempDir);

impl SqliteBackend {
    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("desk.db")
    }
}

impl Backend for SqliteBackend {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Store {
        // So few heads that logs push each other out.
        let options = SqliteOptions { heads: 2.try_into().unwrap(), ..SqliteOptions::default() };
        Store::open_sqlite(&self.path(), options).await.unwrap()
    }

    fn fail_on(&self, uid: &str) {
        let db = rusqlite::Connection::open(self.path()).unwrap();
        db.execute_batch(&format!(
            "CREATE TRIGGER fail BEFORE INSERT ON entry WHEN NEW.uid = '{uid}'
             BEGIN SELECT RAISE(ABORT, 'told to fail'); END"
        ))
        .unwrap();
    }
}

struct PostgresBackend(postgres_instance::Database);

impl Backend for PostgresBackend {
    fn is_there() -> bool {
        postgres_instance::is_there()
    }

    fn new() -> Self {
        Self(postgres_instance::database().unwrap())
    }

    async fn open(&self) -> Store {
        // So few connections that many databases can be open.
        let one = 1.try_into().unwrap();
        let options = PostgresOptions { readers: one, writers: one, ..PostgresOptions::new(&self.0.url()) };
        Store::open_postgres(&options).await.unwrap()
    }

    fn skips_numbers(&self) -> bool {
        true
    }

    fn fail_on(&self, uid: &str) {
        self.0.run(&format!(
            "CREATE FUNCTION fail() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE 'told to fail'; END $$;
             CREATE TRIGGER fail BEFORE INSERT ON entry FOR EACH ROW WHEN (NEW.uid = '{uid}') EXECUTE FUNCTION fail()"
        ));
    }
}

/// Runs the whole suite against `$backend` in a module of its own.
macro_rules! keeps_the_contract {
    ($name:ident, $backend:ty: $($subject:ident { $($case:ident),+ $(,)? })+) => {
        mod $name {
            $(mod $subject {
                use crate::Backend as _;
                $(#[tokio::test]
                async fn $case() {
                    if <$backend>::is_there() {
                        crate::$subject::$case(&<$backend>::new()).await;
                    }
                })+
            })+

            #[test]
            fn agrees_with_the_model() {
                if <$backend as crate::Backend>::is_there() {
                    crate::model::agrees::<$backend>();
                }
            }

            #[test]
            fn amendments_agree_with_their_entries() {
                if <$backend as crate::Backend>::is_there() {
                    crate::amendments::agree::<$backend>();
                }
            }

            #[test]
            fn notices_agree_with_their_model() {
                if <$backend as crate::Backend>::is_there() {
                    crate::notices::agree::<$backend>();
                }
            }
        }
    };
}

macro_rules! suite {
    ($name:ident, $backend:ty) => {
        keeps_the_contract! { $name, $backend:
            log {
                seqs_have_no_holes_under_interleaved_batches,
                a_repeat_gets_the_first_answer,
                entries_are_read_in_pages_both_ways,
                entries_come_back_as_they_were_written,
                only_the_sender_recalls,
                a_refused_write_does_not_touch_its_neighbours,
                a_failed_batch_leaves_no_trace,
                a_reopened_database_has_everything,
                a_probe_commits,
            }
            amendments {
                an_edit_changes_what_its_message_shows,
                signs_are_given_once_and_taken_back,
            }
            cursors {
                cursors_only_move_forward_and_not_past_the_head,
                reading_means_delivered,
                a_name_stands_for_its_oldest_message,
                cursors_start_where_their_user_joined,
                unread_is_derived,
            }
            conversations {
                a_topic_has_one_conversation,
                a_taken_uid_is_refused,
                no_conversation_crosses_organisations,
                lists_show_the_newest_activity_first,
                a_conversation_is_found_by_its_number_and_by_its_people,
                the_oldest_is_the_first_in_its_queue,
                an_assignment_is_fenced,
                capacity_holds_within_a_batch,
                the_first_agent_sees_everything_and_the_next_what_comes,
            }
            webhooks {
                an_entry_is_told_to_the_hooks_that_hear_of_it,
                a_conversation_is_told_in_order_and_others_beside_it,
                what_is_given_up_is_listed_and_can_be_told_again,
                a_bot_hears_its_visitors_until_it_loses_the_conversation,
            }
            reports {
                an_episode_is_counted_as_it_goes,
                rows_are_added_up_as_asked_for,
                what_nobody_answered_is_missed_once,
            }
            decisions {
                a_decision_happens_as_a_whole,
                a_refused_decision_changes_nothing,
                a_decision_that_was_said_before_is_answered_and_not_repeated,
                a_timer_is_answered_once,
                timers_are_set_kept_and_taken_away,
                what_is_said_takes_its_timers_along,
                who_attends_is_known_with_the_conversation,
                notes_have_the_people_of_what_they_are_about,
                episodes_follow_each_other,
                what_an_agent_does_is_its_workload,
                an_order_card_shows_what_has_become_of_it,
                settings_are_replaced,
            }
            leave_messages {
                a_left_message_is_found_in_its_inboxes,
            }
            moderation {
                words_are_entered_once_and_up_to_their_number,
                a_word_is_changed_within_its_organisation,
                the_scope_is_an_organisations_own,
                hits_are_listed_newest_first_and_once_for_a_message,
                the_oldest_hits_go,
                a_block_holds_until_its_end_or_its_lifting,
                blocks_are_listed_and_forgotten,
            }
            operation {
                the_audit_log_is_read_newest_first_by_what_is_asked,
                old_entries_of_the_audit_log_go,
                a_message_is_found_by_its_name_alone,
                what_has_arrived_is_known_of_each_device,
            }
            people {
                an_organisation_is_there_once_it_is_created,
                agents_are_found_by_uid_and_name,
                an_agent_changes_status_and_duty,
                a_workgroup_has_agents_of_its_own_organisation,
                visitors_introduce_themselves_again,
                an_agent_and_a_workgroup_are_changed,
            }
                        nodes {
                a_lease_has_one_holder,
                sessions_have_a_home,
                heads_are_asked_for_together,
            }
            tokens {
                a_token_ends_once_and_is_forgotten_in_time,
                no_user_ends_more_tokens_than_it_may,
                a_new_password_ends_the_tokens_before_it,
                who_may_not_sign_in_is_not_found,
            }
            service_keys {
                a_key_is_kept_renamed_and_dropped,
                an_organisation_has_so_many_keys,
                uses_are_noted_and_never_go_back,
            }
            care {
                what_is_known_of_a_visitor_is_corrected_once,
                the_languages_of_visitors_are_those_that_were_told_last,
                a_renamed_visitor_has_other_conversations,
                labels_are_written_once_and_found_by_tag,
                marks_are_of_one_user,
                canned_replies_are_found_by_owner_and_text,
                questions_count_who_asks_and_who_is_helped,
            }
            channels {
                a_channel_is_kept_changed_and_dropped,
                an_organisation_has_so_many_channels,
                a_customer_is_the_same_visitor,
            }
            sessions {
                a_session_is_found_again_with_its_subscriptions,
                a_session_knows_when_it_was_left_and_how_long_it_stays,
                a_new_device_starts_now_and_a_known_one_resumes,
                a_new_session_inherits_nothing,
                a_dropped_session_takes_everything_with_it,
                a_message_waits_for_its_sessions,
                nothing_waits_for_a_session_that_is_gone,
                a_message_keeps_its_packet_id_until_it_is_consumed,
                a_received_packet_id_comes_and_goes_with_its_message,
            }
            homes {
                a_session_moves_by_compare_and_set,
                only_its_home_says_that_a_session_was_left,
                a_session_is_created_in_place_of_the_one_that_is_known,
                the_sessions_of_a_home_are_claimed_in_parts,
                a_node_has_what_its_earlier_starts_had_and_what_nobody_has,
                a_durable_subscription_has_a_home_too,
            }
            work {
                waiting_work_is_claimed_by_one_home,
                work_is_settled_from_its_home_alone,
                work_is_released_when_the_lease_of_its_home_is_over,
                work_of_homes_that_end_waits_for_others,
                work_is_counted_and_expires,
            }
            queues {
                messages_wait_in_the_order_of_their_commits,
                a_queued_message_comes_back_as_it_was_sent,
                consumed_messages_are_gone_and_may_be_consumed_again,
                a_failed_batch_queues_nothing,
                a_durable_subscription_is_kept_with_its_messages,
                a_changed_subscription_starts_anew,
                nothing_waits_for_a_subscription_that_is_gone,
            }
            files {
                a_file_is_there_once_it_is_kept,
                a_quota_holds_for_what_is_announced,
                files_are_found_by_age,
                a_message_shares_what_its_sender_may_read,
                what_is_not_appended_shares_nothing,
            }
            notices {
                a_notice_reaches_whom_it_is_for_and_nobody_else,
                a_notice_for_a_role_is_for_who_has_it_then,
                a_notice_that_is_sent_again_is_the_same,
                a_refused_notice_leaves_nothing,
                positions_go_on_when_the_oldest_are_forgotten,
                reading_is_by_name_by_menu_and_by_position,
                only_its_sender_takes_a_notice_back,
                what_has_expired_counts_no_more,
                a_notice_comes_back_as_it_was_posted,
                history_is_read_in_pages,
                old_notices_are_forgotten_piece_by_piece,
            }
            search {
                what_was_said_is_found_newest_first,
                a_search_is_narrowed,
                pages_go_on_where_they_ended,
                what_is_recalled_is_not_found,
                what_is_edited_is_found_by_its_new_text_alone,
                indexing_goes_on_after_a_restart,
                what_is_found_can_be_read,
            }
            retention {
                an_organisation_keeps_all_until_it_says_otherwise,
                what_was_closed_is_found_in_the_order_of_its_closing,
                a_conversation_goes_in_steps_of_which_each_is_whole,
                a_log_goes_on_counting_behind_what_was_deleted,
                what_goes_on_while_it_is_deleted_keeps_the_rest,
                notes_go_with_what_they_are_about,
                what_comes_late_goes_in_its_time_too,
                what_is_written_on_what_was_deleted_goes_in_its_time,
                what_was_deleted_is_not_found,
                files_go_that_are_nowhere_else,
            }
            retained {
                a_topic_has_one_retained_message,
                a_message_without_a_body_takes_it_away,
                a_retained_message_comes_back_as_it_was_sent,
                a_retained_message_waits_in_queues_too,
                what_has_expired_is_forgotten,
                a_failed_batch_retains_nothing,
            }
        }
    };
}

suite!(sqlite, crate::SqliteBackend);
suite!(postgres, crate::PostgresBackend);
